// Every op of the dialect goes down to LLVM; no pass on the way leaves anything
// that does not verify, nor a buffer of blocks or of a type below a byte.
//
// RUN: mx-opt %s --mx-reference --verify-each | FileCheck %s
// RUN: mx-opt %s --mx-reference --mlir-print-ir-after-all -o /dev/null 2>&1 | FileCheck %s --check-prefix=BUFFERS \
// RUN:   --implicit-check-not='memref<{{[^>]*}}{{[x<]}}i1,' --implicit-check-not='memref<{{[^>]*}}{{[x<]}}i4' \
// RUN:   --implicit-check-not='memref<{{[^>]*}}f4' --implicit-check-not='memref<{{[^>]*}}f8' --implicit-check-not='memref<{{[^>]*}}!mx'
// RUN: mx-run %s --entry=every_op --arg=3x40xf32=normal:1 --arg=5x40xbf16=normal:2 --arg=3x5xf16=normal:3 | FileCheck %s --check-prefix=RUNS

// The passes were seen, blocks before and buffers after.
// BUFFERS: IR Dump After MXVerifyStagePass
// BUFFERS: tensor<?x40x!mx.amxfp4>
// BUFFERS: IR Dump After OneShotBufferizePass
// BUFFERS: mx.matmul_parts {{.+}}memref<
// BUFFERS: IR Dump After ConvertMXPartsToLoopsPass
// BUFFERS: memref.load {{.+}} : memref<{{.+}}xi8

// RUNS: entry @every_op
// RUNS: result 0: 3x5xf16
// RUNS: result 1: 3x40xbf16
// RUNS: result 2: 5x24xi8
// RUNS: result 3: 5x3x1xi8
// RUNS: result 4: 5xf32

// CHECK-LABEL: llvm.func @every_op(
func.func @every_op(%x: tensor<?x40xf32>, %w: tensor<5x40xbf16>, %c: tensor<?x5xf16>)
    -> (tensor<?x5xf16>, tensor<?x40xbf16>, tensor<5x40x!mx.nvfp4_row>) {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x40xf32>
  %ea = tensor.empty(%m) : tensor<?x40x!mx.amxfp4>
  %a = mx.quantize ins(%x : tensor<?x40xf32>) outs(%ea : tensor<?x40x!mx.amxfp4>) using amxfp4 mse
  %o = mx.outer_scale %w : tensor<5x40xbf16> for !mx.nvfp4_row
  %eb = tensor.empty() : tensor<5x40x!mx.nvfp4_row>
  %b = mx.quantize ins(%w : tensor<5x40xbf16>) outer(%o : tensor<5xf32>) outs(%eb : tensor<5x40x!mx.nvfp4_row>) using nvfp4_row
  %y = mx.matmul ins(%a, %b : tensor<?x40x!mx.amxfp4>, tensor<5x40x!mx.nvfp4_row>) outs(%c : tensor<?x5xf16>) {accumulate = #mx.accumulate<in_order>}
  %k = mx.constant #mx.blocks<codes = c0, scales = s0> : tensor<5x40x!mx.mxint4>
  %z = mx.matmul ins(%x, %k : tensor<?x40xf32>, tensor<5x40x!mx.mxint4>) outs(%y : tensor<?x5xf16>)
  %p:2 = mx.split %a : tensor<?x40x!mx.amxfp4>
  %j = mx.join %p#0, %p#1 : (tensor<?x32xi8>, tensor<?x2x2xi8>) -> tensor<?x40x!mx.amxfp4>
  %d = mx.dequantize %j : tensor<?x40x!mx.amxfp4> to tensor<?x40xbf16>
  return %z, %d, %b : tensor<?x5xf16>, tensor<?x40xbf16>, tensor<5x40x!mx.nvfp4_row>
}

{-#
  dialect_resources: {
    builtin: {
      c0: "0x400000001032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE1032547698BADCFE",
      s0: "0x400000007F7F7F7F7F7F7F7F7F7F"
    }
  }
#-}
