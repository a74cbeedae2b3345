// `rotate` in mx-quantize: constants are rotated at compile time, the one
// activation of both products once.
//
// RUN: %python -c "import random; r = random.Random(1); s = open(r'%s').read(); print(s.replace('64_200', ''.join(r.choice(['803F', '00BF', '4040', 'C0BE']) for i in range(64 * 200))))" > %t.mlir
// RUN: mx-opt %t.mlir --mx-quantize='weights=mxint8 activations=mxint8 rotate=64' --mx-verify-stage=stage=block | FileCheck %s
// RUN: mx-opt %t.mlir --mx-quantize='weights=mxint8 activations=mxint8 rotate=64 rotate-seed=0' | FileCheck %t.mlir --check-prefix=SEED
// RUN: mx-opt %t.mlir --mx-quantize | FileCheck %t.mlir --check-prefix=OFF
// RUN: not mx-opt %t.mlir --mx-quantize=rotate=-64 2>&1 | FileCheck %t.mlir --check-prefix=BAD
// RUN: not mx-opt %t.mlir --mx-quantize=rotate-seed=4 2>&1 | FileCheck %s --check-prefix=ALONE
// RUN: mx-opt %t.mlir --mx-quantize='weights=mxint8 activations=mxint8 rotate=64' > %t.by-pipeline
// RUN: mx-opt %t.mlir --convert-linalg-to-mx='weights=mxint8 activations=mxint8' --mx-rotate-operands=size=64 --cse --mx-fold-constants --canonicalize --cse > %t.by-passes
// RUN: cmp %t.by-pipeline %t.by-passes

// 8 bits leave more than 30 dB of the product; unlike rotations of its operands
// would leave none.
// RUN: mx-run %t.mlir --pipeline='mx-quantize{weights=mxint8 activations=mxint8 rotate=64},mx-reference' --arg=3x200xf32=normal:1 --against=float --json | FileCheck %t.mlir --check-prefix=SQNR
// RUN: mx-run %t.mlir --pipeline='mx-quantize{weights=mxint8 activations=none rotate=128 rotate-seed=5},mx-reference' --arg=3x200xf32=normal:1 --against=float --json | FileCheck %t.mlir --check-prefix=SQNR
// SQNR: "sqnr_db": {{[3-9][0-9]\.}}

// CHECK-LABEL: func @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x200xf32>
//   CHECK-DAG:   %[[W:.+]] = mx.constant
//   CHECK-DAG:   %[[V:.+]] = mx.constant
//       CHECK:   %[[R:.+]] = mx.rotate %[[X]] size(64) : tensor<?x200xf32>
//   CHECK-NOT:   mx.rotate
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[R]] :
//   CHECK-NOT:   mx.quantize
//       CHECK:   mx.matmul ins(%[[A]], %{{.+}} :
//       CHECK:   mx.matmul ins(%[[A]], %{{.+}} :
//        SEED:   mx.rotate %{{.+}} size(64) seed(0) : tensor<?x200xf32>
//     OFF-NOT:   mx.rotate
//         BAD: error: option 'size': found -64, expected a power of two up to 4096
//       ALONE: error: option 'size': found 0, expected a power of two up to 4096
func.func @main(%x: tensor<?x200xf32>) -> tensor<?x64xf32> {
  %w = arith.constant dense<"0x64_200"> : tensor<64x200xbf16>
  %v = arith.constant dense<"0x64_200"> : tensor<200x64xbf16>
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x200xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m) : tensor<?x64xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
  %f = tensor.empty() : tensor<200x64xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
         ins(%w : tensor<64x200xbf16>) outs(%f : tensor<200x64xf32>) {
  ^bb0(%in: bf16, %out: f32):
    %0 = arith.extf %in : bf16 to f32
    linalg.yield %0 : f32
  } -> tensor<200x64xf32>
  %u = arith.extf %v : tensor<200x64xbf16> to tensor<200x64xf32>
  %p = linalg.matmul ins(%x, %t : tensor<?x200xf32>, tensor<200x64xf32>) outs(%c : tensor<?x64xf32>) -> tensor<?x64xf32>
  %q = linalg.matmul ins(%x, %u : tensor<?x200xf32>, tensor<200x64xf32>) outs(%p : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %q : tensor<?x64xf32>
}
