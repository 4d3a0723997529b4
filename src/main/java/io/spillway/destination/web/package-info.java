/**
 * Public files on the web: {@link io.spillway.destination.web.WebFiles} by their URLs,
 * {@link io.spillway.destination.web.WebFolder} those below a URL. Sends no credentials, resumes interrupted downloads,
 * and distinguishes missing files from unavailable ones.
 *
 * <p>Uses the JDK's HTTP client, whose types are not exposed.
 */
@NullMarked
package io.spillway.destination.web;

import org.jspecify.annotations.NullMarked;
