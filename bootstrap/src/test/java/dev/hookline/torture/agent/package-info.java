/**
 * What breaks a process from the inside: crash points and planted defects, as a Java agent. It
 * knows the JDK alone, since it is loaded into the processes under test, and nothing of it is in
 * what is shipped.
 */
@NullMarked
package dev.hookline.torture.agent;

import org.jspecify.annotations.NullMarked;
