// RUN: mx-opt %s --mx-verify-stage=stage=target --split-input-file --verify-diagnostics

// LLVM, GPU modules and the module itself.
llvm.mlir.global internal constant @table(dense<[1, 2]> : tensor<2xi8>) : !llvm.array<2 x i8>
llvm.func @main(%p: !llvm.ptr) attributes {mx.signature = (tensor<4xf32>) -> ()} {
  llvm.return
}
gpu.module @kernels {
  llvm.func @kernel() {
    nvvm.barrier0
    llvm.return
  }
}
module @inner {
}

// -----

// expected-error @+1 {{'func.func' op was not lowered, expected only llvm, omp and gpu ops at stage target}}
func.func private @function()

// -----

llvm.func @cast(%p: !llvm.ptr) {
  // expected-error @+1 {{'builtin.unrealized_conversion_cast' op was not lowered}}
  %0 = builtin.unrealized_conversion_cast %p : !llvm.ptr to index
  llvm.return
}

// -----

// expected-error @+1 {{'func.func' op was not lowered}}
func.func @parts(%c: memref<4x32xi8>, %s: memref<4x2x2xi8>, %x: memref<4x64xf32>) {
  // expected-error @+1 {{'mx.dequantize_parts' op was not lowered}}
  mx.dequantize_parts !mx.amxfp4 ins(%c, %s : memref<4x32xi8>, memref<4x2x2xi8>) outs(%x : memref<4x64xf32>)
  // expected-error @+1 {{'func.return' op was not lowered}}
  return
}
