package kalyna_test

import (
	"crypto/cipher"
	"fmt"
	"testing"

	"github.com/dovidka/dovidka/dstu/kalyna"
)

// everySpeed measures an operation over 16 KiB for each variant.
func everySpeed(b *testing.B, start func(b *testing.B, block cipher.Block) func(data []byte)) {
	b.Helper()
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%d-%d", 8*size.block, 8*size.key), func(b *testing.B) {
			block, err := kalyna.NewCipher(size.block, counting(size.key))
			if err != nil {
				b.Fatal(err)
			}
			data := make([]byte, 1<<14)
			run := start(b, block)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				run(data)
			}
		})
	}
}

func BenchmarkECB(b *testing.B) {
	everySpeed(b, func(b *testing.B, block cipher.Block) func([]byte) {
		mode, err := kalyna.NewECBEncrypter(block)
		if err != nil {
			b.Fatal(err)
		}
		return func(data []byte) { mode.CryptBlocks(data, data) }
	})
}

func BenchmarkECBDecrypt(b *testing.B) {
	everySpeed(b, func(b *testing.B, block cipher.Block) func([]byte) {
		mode, err := kalyna.NewECBDecrypter(block)
		if err != nil {
			b.Fatal(err)
		}
		return func(data []byte) { mode.CryptBlocks(data, data) }
	})
}

func BenchmarkCTR(b *testing.B) {
	everySpeed(b, func(b *testing.B, block cipher.Block) func([]byte) {
		stream, err := kalyna.NewCTR(block, make([]byte, block.BlockSize()))
		if err != nil {
			b.Fatal(err)
		}
		return func(data []byte) { stream.XORKeyStream(data, data) }
	})
}

func BenchmarkCFB(b *testing.B) {
	everySpeed(b, func(b *testing.B, block cipher.Block) func([]byte) {
		encrypter, err := kalyna.NewCFBEncrypter(block, make([]byte, block.BlockSize()), block.BlockSize())
		if err != nil {
			b.Fatal(err)
		}
		return func(data []byte) { encrypter.CryptBlocks(data, data) }
	})
}

func BenchmarkNewCipher(b *testing.B) {
	key := make([]byte, 32)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := kalyna.NewCipher(kalyna.BlockSize256, key); err != nil {
			b.Fatal(err)
		}
	}
}
