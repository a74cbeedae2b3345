// A gated MLP in TOSA (weights behind a transpose and a reshape, biases,
// sigmoid) is quantized as it is written: no weight is transposed at run time,
// none stays in floats, the input is quantized once.
//
// RUN: mx-opt %S/Inputs/mlp_tosa_f32.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s -DT=f32 -DH=16 -DI=64
// RUN: mx-opt %S/Inputs/mlp_tosa_f16.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s -DT=f16 -DH=8 -DI=32
// RUN: mx-opt %S/Inputs/mlp_tosa_bf16.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s -DT=bf16 -DH=8 -DI=32

// CHECK-LABEL: func.func @main(
//  CHECK-SAME:     %[[ARG:.+]]: tensor<4x[[H]]x[[T]]>)
//   CHECK-NOT:   {{tosa|linalg.transpose|linalg.batch_matmul}}
//   CHECK-DAG:   %[[DOWN:.+]] = mx.constant {{.*}} : tensor<1x[[H]]x[[I]]x!mx.amxfp4>
//   CHECK-DAG:   %[[UP:.+]] = mx.constant {{.*}} : tensor<1x[[I]]x[[H]]x!mx.amxfp4>
//   CHECK-DAG:   %[[GATE:.+]] = mx.constant {{.*}} : tensor<1x[[I]]x[[H]]x!mx.amxfp4>
//       CHECK:   %[[X:.+]] = tensor.expand_shape %[[ARG]]
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<1x4x[[H]]x[[T]]>)
//   CHECK-NOT:   {{tosa|mx.quantize|linalg.transpose|linalg.batch_matmul}}
//       CHECK:   mx.matmul ins(%[[A]], %{{.+}} : {{.*}}, tensor<1x[[I]]x[[H]]x!mx.amxfp4>)
//   CHECK-NOT:   {{tosa|mx.quantize|linalg.transpose|linalg.batch_matmul}}
//       CHECK:   mx.matmul ins(%[[A]], %{{.+}} : {{.*}}, tensor<1x[[I]]x[[H]]x!mx.amxfp4>)
//       CHECK:   %[[G:.+]] = mx.quantize
//       CHECK:   mx.matmul ins(%[[G]], %[[DOWN]] : {{.*}}, tensor<1x[[H]]x[[I]]x!mx.amxfp4>)
//   CHECK-NOT:   {{tosa|dense_resource<(gate|up|down)>}}
//       CHECK:   return

// The weights are eighths, which mxint8 holds. In f32 both forms then do the
// same operations in the same order. In 16 bits the float form rounds each of
// the 32 sums of the last product to the type and mx the last one: 32 roundings
// of the result's size.
// DEFINE: %{run} = mx-run --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1 strict},mx-reference' --against=float
// RUN: %{run} %S/Inputs/mlp_tosa_f32.mlir --arg=4x16xf32=integers:1 --tolerance=0
// RUN: %{run} %S/Inputs/mlp_tosa_f16.mlir --arg=4x8xf16=integers:1 --tolerance=0.015625
// RUN: %{run} %S/Inputs/mlp_tosa_bf16.mlir --arg=4x8xbf16=integers:1 --tolerance=0.125

// The size of a layer counts, as for linalg.
// RUN: mx-opt %S/Inputs/mlp_tosa_f32.mlir --mx-quantize --remarks-filter='mx-.*' 2>&1 >/dev/null | FileCheck %s --check-prefix=DEFAULT
// DEFAULT-COUNT-3: [Missed] SmallK
