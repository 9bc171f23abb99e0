package dev.hookline.http.console;

/**
 * One request of somebody who may be here.
 *
 * @param path of the page, without its query
 * @param csrf what a form has to bring along
 * @param signedIn whether there is a session to end
 */
record Visit(String path, String csrf, boolean signedIn) {}
