// Extents that are dynamic in the type and constant in the IR, and a choice
// between tensors of unlike dynamic extents.
// RUN: mx-run %s --pipeline=mx-reference --arg=4x64xf32=normal:1 --json | FileCheck %s --check-prefix=CONSTANT
// RUN: mx-run %s --entry=choose --pipeline=mx-reference --arg=i1=zeros --arg=5x32xf32=normal:1 \
// RUN:   --arg=2x32xf32=normal:2 --json | FileCheck %s --check-prefix=SECOND

// CONSTANT:      "shape": [
// CONSTANT-NEXT:   4,
// CONSTANT-NEXT:   32
// SECOND:      "shape": [
// SECOND-NEXT:   2,
// SECOND-NEXT:   32
func.func @main(%x: tensor<4x64xf32>) -> tensor<4x?xf32> {
  %c64 = arith.constant 64 : index
  %c32 = arith.constant 32 : index
  %e = tensor.empty(%c64) : tensor<4x?x!mx.amxfp4>
  %d = tensor.cast %x : tensor<4x64xf32> to tensor<4x?xf32>
  %q = mx.quantize ins(%d : tensor<4x?xf32>) outs(%e : tensor<4x?x!mx.amxfp4>) using amxfp4
  %s = tensor.cast %q : tensor<4x?x!mx.amxfp4> to tensor<4x64x!mx.amxfp4>
  %t = tensor.extract_slice %s[0, 0] [4, %c32] [1, 1] : tensor<4x64x!mx.amxfp4> to tensor<4x?x!mx.amxfp4>
  %y = mx.dequantize %t : tensor<4x?x!mx.amxfp4> to tensor<4x?xf32>
  return %y : tensor<4x?xf32>
}

func.func @choose(%c: i1, %x: tensor<?x32xf32>, %z: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x32xf32>
  %n = tensor.dim %z, %c0 : tensor<?x32xf32>
  %ex = tensor.empty(%m) : tensor<?x32x!mx.amxfp4>
  %ez = tensor.empty(%n) : tensor<?x32x!mx.amxfp4>
  %qx = mx.quantize ins(%x : tensor<?x32xf32>) outs(%ex : tensor<?x32x!mx.amxfp4>) using amxfp4
  %qz = mx.quantize ins(%z : tensor<?x32xf32>) outs(%ez : tensor<?x32x!mx.amxfp4>) using amxfp4
  %q = arith.select %c, %qx, %qz : tensor<?x32x!mx.amxfp4>
  %y = mx.dequantize %q : tensor<?x32x!mx.amxfp4> to tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
