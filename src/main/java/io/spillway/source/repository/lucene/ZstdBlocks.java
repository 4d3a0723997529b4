package io.spillway.source.repository.lucene;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import org.apache.lucene.codecs.compressing.CompressionMode;
import org.apache.lucene.codecs.compressing.Compressor;
import org.apache.lucene.codecs.compressing.Decompressor;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;

/** Blocks of stored fields that are one frame of zstd after its length. */
final class ZstdBlocks extends CompressionMode {

    @Override
    public Compressor newCompressor() {
        throw new UnsupportedOperationException("a snapshot is only read");
    }

    @Override
    public Decompressor newDecompressor() {
        return new Frames();
    }

    private static final class Frames extends Decompressor {
        private byte[] compressed = {};

        @Override
        public void decompress(DataInput in, int originalLength, int offset, int length, BytesRef bytes)
                throws IOException {
            if (originalLength == 0) {
                bytes.offset = 0;
                bytes.length = 0;
                return;
            }
            int count = in.readVInt();
            compressed = ArrayUtil.growNoCopy(compressed, count);
            in.readBytes(compressed, 0, count);
            bytes.bytes = ArrayUtil.growNoCopy(bytes.bytes, originalLength);
            long size;
            try {
                size = Zstd.decompressByteArray(bytes.bytes, 0, originalLength, compressed, 0, count);
            } catch (ZstdException e) {
                throw new CorruptIndexException("a block of zstd cannot be decompressed", in, e);
            }
            if (Zstd.isError(size) || size != originalLength) {
                throw new CorruptIndexException("a block of zstd has not " + originalLength + " bytes", in);
            }
            bytes.offset = offset;
            bytes.length = length;
        }

        @Override
        public Decompressor clone() {
            return new Frames();
        }
    }
}
