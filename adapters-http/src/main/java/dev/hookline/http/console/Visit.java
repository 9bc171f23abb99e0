package dev.hookline.http.console;

import dev.hookline.http.operator.OperatorLog.Caller;

/**
 * One request of somebody who may be here.
 *
 * @param path of the page, without its query
 * @param csrf what a form has to bring along
 * @param signedIn whether there is a session to end
 * @param caller who is told of when something is done
 */
record Visit(String path, String csrf, boolean signedIn, Caller caller) {}
