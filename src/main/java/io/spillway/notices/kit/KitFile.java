package io.spillway.notices.kit;

/**
 * A file of a kit.
 *
 * @param name its path below the kit's folder
 * @param text what it holds
 */
public record KitFile(String name, String text) {}
