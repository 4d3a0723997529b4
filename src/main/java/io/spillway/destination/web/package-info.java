/**
 * What anybody can read on the web: {@link io.spillway.destination.web.WebFiles} by their addresses, {@link
 * io.spillway.destination.web.WebFolder} what lies below one. Sends no credentials, goes on where a broken download
 * stopped, and tells what is not there from what cannot be had.
 *
 * <p>Uses the JDK's HTTP client; nobody outside sees its types.
 */
@NullMarked
package io.spillway.destination.web;

import org.jspecify.annotations.NullMarked;
