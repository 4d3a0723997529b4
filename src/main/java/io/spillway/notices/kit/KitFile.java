package io.spillway.notices.kit;

/**
 * A file of a kit.
 *
 * @param name its path below the kit's folder
 * @param text its content
 */
public record KitFile(String name, String text) {}
