// Rows are quantized in the tile that wants them, with the row's scale or the
// tensor's: no bit changes, neither of in_order.
//
// RUN: rm -rf %t && mkdir %t
// DEFINE: %{arguments} = --arg=13x144xf32=normal:1 --arg=50x144xf32=normal:2 --arg=13x50xf32=normal:3
// RUN: mx-opt %s --pass-pipeline='builtin.module(transform-preload-library{transform-library-paths=%S/Inputs/tiles.mlir},transform-interpreter{entry-point=rows_and_columns},canonicalize,cse)' -o %t/tiled.mlir
// RUN: FileCheck %s < %t/tiled.mlir
// RUN: mx-run %s %{arguments} --result=@%t/plain.npy
// RUN: mx-run %t/tiled.mlir %{arguments} --result=@%t/tiled.npy
// RUN: cmp %t/plain.npy %t/tiled.npy

// CHECK: %[[O:.+]] = mx.outer_scale
// CHECK: %[[B:.+]] = mx.quantize {{.*}} using nvfp4
// CHECK: scf.forall (%{{.+}}, %{{.+}}) in (3, 3)
// CHECK:   %[[A:.+]] = mx.quantize ins(%{{.+}} : tensor<?x144xf32>) outer(%{{.+}} : tensor<?xf32>)
// CHECK:   %[[W:.+]] = tensor.extract_slice %[[B]]
// CHECK:   mx.matmul ins(%[[A]], %[[W]] :

func.func @main(%x: tensor<13x144xf32>, %w: tensor<50x144xf32>, %c: tensor<13x50xf32>) -> tensor<13x50xf32> {
  %o = mx.outer_scale %x : tensor<13x144xf32> for !mx.nvfp4_row
  %ea = tensor.empty() : tensor<13x144x!mx.nvfp4_row>
  %a = mx.quantize ins(%x : tensor<13x144xf32>) outer(%o : tensor<13xf32>) outs(%ea : tensor<13x144x!mx.nvfp4_row>) using nvfp4_row
  %p = mx.outer_scale %w : tensor<50x144xf32> for !mx.nvfp4
  %eb = tensor.empty() : tensor<50x144x!mx.nvfp4>
  %b = mx.quantize ins(%w : tensor<50x144xf32>) outer(%p : tensor<f32>) outs(%eb : tensor<50x144x!mx.nvfp4>) using nvfp4
  %y = mx.matmul ins(%a, %b : tensor<13x144x!mx.nvfp4_row>, tensor<50x144x!mx.nvfp4>)
                 outs(%c : tensor<13x50xf32>) {accumulate = #mx.accumulate<in_order>}
  return %y : tensor<13x50xf32>
}
