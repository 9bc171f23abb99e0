package dev.hookline.application.offender;

/** Could be inherited. */
public class NotFinal {}
