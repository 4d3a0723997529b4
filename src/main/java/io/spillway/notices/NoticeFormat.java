package io.spillway.notices;

/** The formats of a notice. */
public enum NoticeFormat {
    /** Problem details (RFC 9457), for programs. */
    JSON("json", "application/problem+json"),
    /** For browsers. */
    HTML("html", "text/html; charset=utf-8"),
    /** For terminals. */
    TEXT("txt", "text/plain; charset=utf-8");

    private final String extension;
    private final String mediaType;

    NoticeFormat(String extension, String mediaType) {
        this.extension = extension;
        this.mediaType = mediaType;
    }

    /** The extension of files, without a dot. */
    public String extension() {
        return extension;
    }

    /** The value of {@code Content-Type}. */
    public String mediaType() {
        return mediaType;
    }
}
