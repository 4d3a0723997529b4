package io.spillway.notices;

/** The forms in which each notice is there. */
public enum NoticeFormat {
    /** Problem details (RFC 9457), for programs. */
    JSON("json", "application/problem+json"),
    /** For browsers. */
    HTML("html", "text/html; charset=utf-8"),
    /** For people at a terminal. */
    TEXT("txt", "text/plain; charset=utf-8");

    private final String extension;
    private final String mediaType;

    NoticeFormat(String extension, String mediaType) {
        this.extension = extension;
        this.mediaType = mediaType;
    }

    /** How the files' names end, without the dot. */
    public String extension() {
        return extension;
    }

    /** What an answer with it is called in {@code Content-Type}. */
    public String mediaType() {
        return mediaType;
    }
}
