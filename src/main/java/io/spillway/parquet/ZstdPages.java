package io.spillway.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Compresses and decompresses pages with zstd: one frame for each page. The library's own codecs need all of Hadoop. */
final class ZstdPages
        implements CompressionCodecFactory,
                CompressionCodecFactory.BytesInputCompressor,
                CompressionCodecFactory.BytesInputDecompressor {
    private final int level;

    /** Pages with this level, 1 to 19. */
    ZstdPages(int level) {
        this.level = level;
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return this;
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        if (codec != CompressionCodecName.ZSTD) {
            throw new IllegalArgumentException("pages are compressed with " + codec + ", expected ZSTD");
        }
        return this;
    }

    @Override
    public CompressionCodecName getCodecName() {
        return CompressionCodecName.ZSTD;
    }

    @Override
    public BytesInput compress(BytesInput page) throws IOException {
        return BytesInput.from(Zstd.compress(bytes(page), level));
    }

    @Override
    public BytesInput decompress(BytesInput page, int uncompressedSize) throws IOException {
        return BytesInput.from(decompressed(bytes(page), uncompressedSize));
    }

    @Override
    public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int uncompressedSize)
            throws IOException {
        byte[] page = new byte[compressedSize];
        input.get(page);
        output.put(decompressed(page, uncompressedSize));
    }

    private static byte[] bytes(BytesInput page) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(page.size()));
        page.writeAllTo(bytes);
        return bytes.toByteArray();
    }

    private static byte[] decompressed(byte[] page, int size) throws IOException {
        byte[] content = new byte[size];
        long length = Zstd.decompress(content, page);
        if (Zstd.isError(length) || length != size) {
            throw new IOException("a page cannot be decompressed: "
                    + (Zstd.isError(length) ? Zstd.getErrorName(length) : length + " bytes instead of " + size));
        }
        return content;
    }

    @Override
    public void release() {
        // Pages share no buffers.
    }
}
