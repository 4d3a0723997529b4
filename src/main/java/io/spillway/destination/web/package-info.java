/**
 * What lies below an address of the web, to be read only: {@link io.spillway.destination.web.WebFolder}. Sends no
 * credentials, goes on where a broken download stopped, and tells what is not there from what cannot be had.
 *
 * <p>Uses the JDK's HTTP client; nobody outside sees its types.
 */
@NullMarked
package io.spillway.destination.web;

import org.jspecify.annotations.NullMarked;
