// What JAX writes, by way of StableHLO: products are generics of four loops, weights
// are arguments stored [K, N], relu is a function of its own.
//
// RUN: mx-opt %S/Inputs/mlp_jax.mlir --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s
// RUN: mx-opt %S/Inputs/mlp_jax.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:

// Integers as weights, which mxint8 holds: nothing is rounded but by the float
// program itself.
//
// RUN: mx-run %S/Inputs/mlp_jax.mlir --pipeline='mx-quantize{weights=mxint8 activations=none min-k=1 min-n=1 strict},mx-reference' --arg=2x6x32xf32=uniform:1 --arg=32x64xf32=integers:2 --arg=64x32xf32=integers:3 --against=float --tolerance=0

// A product for each expert, with a batch axis on both sides, is no attention where
// the caller says which argument is the weight. Integers are exact in 8 bits.
//
// DEFINE: %{experts} = sed 's/%arg1: tensor<4x32x48xf32>/& {mx.weight}/' %S/Inputs/experts_jax.mlir
// RUN: %{experts} | mx-opt --mx-quantize='min-k=1 min-n=1 strict' --mx-verify-stage=stage=block --verify-each | FileCheck %s --check-prefix=EXPERTS
// RUN: %{experts} | mx-run - --pipeline='mx-quantize{weights=mxint8 activations=mxint8 min-k=1 min-n=1 strict},mx-reference' --arg=4x6x32xf32=integers:1 --arg=4x32x48xf32=integers:2 --against=float --tolerance=0
// RUN: mx-opt %S/Inputs/experts_jax.mlir --mx-quantize='min-k=1 min-n=1' --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=UNKNOWN --implicit-check-not=remark:

// CHECK-LABEL: func.func public @main(
//  CHECK-SAME:     %[[X:.+]]: tensor<2x6x32xf32>, %[[UP:.+]]: tensor<32x64xf32>, %[[DOWN:.+]]: tensor<64x32xf32>)
//       CHECK:   %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<2x6x32xf32>)
//       CHECK:   %[[UT:.+]] = linalg.transpose ins(%[[UP]] : {{.*}}) permutation = [1, 0]
//       CHECK:   %[[U:.+]] = mx.quantize ins(%[[UT]] : tensor<64x32xf32>)
//       CHECK:   %[[H:.+]] = mx.matmul ins(%[[A]], %[[U]] : tensor<2x6x32x!mx.amxfp4>, tensor<64x32x!mx.amxfp4>)
//       CHECK:   %[[R:.+]] = call @relu(%[[H]])
//       CHECK:   %[[B:.+]] = mx.quantize ins(%[[R]] : tensor<2x6x64xf32>)
//       CHECK:   %[[DT:.+]] = linalg.transpose ins(%[[DOWN]] : {{.*}}) permutation = [1, 0]
//       CHECK:   %[[D:.+]] = mx.quantize ins(%[[DT]] : tensor<32x64xf32>)
//       CHECK:   %[[Y:.+]] = mx.matmul ins(%[[B]], %[[D]] : tensor<2x6x64x!mx.amxfp4>, tensor<32x64x!mx.amxfp4>)
//       CHECK:   return %[[Y]]

// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=32, M=12, N=64, Weights=amxfp4
// REMARK: remark: [Passed] Quantized | Category:mx-quantize | Function=main | Activations=amxfp4, K=64, M=12, N=32, Weights=amxfp4

// EXPERTS: func.func public @main(%[[X:.+]]: tensor<4x6x32xf32>, %[[W:.+]]: tensor<4x32x48xf32> {mx.weight})
// EXPERTS: %[[A:.+]] = mx.quantize ins(%[[X]] : tensor<4x6x32xf32>)
// EXPERTS: %[[T:.+]] = linalg.transpose ins(%[[W]] : {{.*}}) permutation = [0, 2, 1]
// EXPERTS: %[[B:.+]] = mx.quantize ins(%[[T]] : tensor<4x48x32xf32>)
// EXPERTS: %[[Y:.+]] = mx.matmul ins(%[[A]], %[[B]] : tensor<4x6x32x!mx.amxfp4>, tensor<4x48x32x!mx.amxfp4>)
// EXPERTS: return %[[Y]]

// UNKNOWN: remark: [Missed] Attention | {{.*}}argument 1 without mx.weight
