// A gated MLP behind a norm gives the same bits fused and not, in every format,
// whether rows divide M (13 rows by 4, 8 and 32) or not, in one row block or
// several, with columns that divide N = 80 and 64 or leave a rest.
//
// RUN: rm -rf %t && mkdir %t
// DEFINE: %{quantize} =
// DEFINE: %{tile} =
// DEFINE: %{arguments} = --arg=13x64xf32=normal:1 --arg=64xf32=uniform:2 --arg=80x64xf32=normal:3 \
// DEFINE:   --arg=80x64xf32=normal:4 --arg=64x80xf32=normal:5 --arg=64xf32=normal:6
// DEFINE: %{plain} = mx-run %S/Inputs/mlp_norm.mlir %{arguments} --result=@%t/plain.npy \
// DEFINE:   --pipeline='mx-quantize{min-k=1 min-n=1 %{quantize}},mx-reference'
// DEFINE: %{fused} = mx-run %S/Inputs/mlp_norm.mlir %{arguments} --result=@%t/fused.npy \
// DEFINE:   --pipeline='mx-quantize{min-k=1 min-n=1 %{quantize}},mx-fuse-quantize{%{tile}},mx-reference'
//
// REDEFINE: %{quantize} = weights=amxfp4 activations=amxfp4
// REDEFINE: %{tile} = rows=8 columns=32
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{tile} = rows=4 columns=64
// RUN: %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{tile} = rows=32 columns=32
// RUN: %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{tile} = rows=8 columns=24
// RUN: %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{tile} = rows=1 columns=256
// RUN: %{fused} && cmp %t/plain.npy %t/fused.npy
//
// REDEFINE: %{tile} = rows=8 columns=32
// REDEFINE: %{quantize} = weights=mxfp4 activations=mxfp4
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{quantize} = weights=nvfp4 activations=nvfp4
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{quantize} = weights=nvfp4 activations=nvfp4_row
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{quantize} = weights=amxfp4_ue5m3 activations=amxfp4_ue5m3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{quantize} = weights=int4_affine activations=int4_affine
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// REDEFINE: %{quantize} = weights=amxfp4 activations=none
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
//
// The activation is quantized once for gate and up, and again behind them; what
// was fused is not fused again.
// RUN: mx-opt %S/Inputs/mlp_norm.mlir --mx-quantize='min-k=1 min-n=1' --mx-fuse-quantize='rows=8 columns=32' --mx-verify-stage -o %t/fused.mlir
// RUN: FileCheck %s < %t/fused.mlir
// RUN: mx-opt %t/fused.mlir -o %t/once.mlir
// RUN: mx-opt %t/fused.mlir --mx-fuse-quantize='rows=4 columns=16' -o %t/twice.mlir
// RUN: diff %t/once.mlir %t/twice.mlir
//
//       CHECK: func.func @main(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<?x64xf32>, %[[GAMMA:[^:]+]]: tensor<64xf32>, %[[G:[^:]+]]: tensor<80x64xf32> {{{[^}]*}}}, %[[U:[^:]+]]: tensor<80x64xf32> {{{[^}]*}}}, %[[D:[^:]+]]: tensor<64x80xf32> {{{[^}]*}}}, %[[BIAS:[^:]+]]: tensor<64xf32>)
//       CHECK:   %[[A:.+]] = scf.forall (%[[I:.+]]) = (0) to (%[[M:.+]]) step (8) shared_outs(%[[O:.+]] = %{{.+}}) -> (tensor<?x64x!mx.amxfp4>)
//       CHECK:     %[[XT:.+]] = tensor.extract_slice %[[X]][%[[I]], 0] [%[[S:.+]], 64] [1, 1]
//       CHECK:     %[[SUM:.+]] = linalg.generic {{.*}} ins(%[[XT]] : tensor<?x64xf32>)
//       CHECK:     %[[NORM:.+]] = linalg.generic {{.*}} ins(%[[XT]], %[[SUM]], %[[GAMMA]] :
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[NORM]] : tensor<?x64xf32>)
//       CHECK:       tensor.parallel_insert_slice %[[Q]] into %[[O]][%[[I]], 0] [%[[S]], 64] [1, 1]
//   CHECK-DAG:   %[[GQ:.+]] = mx.quantize ins(%[[G]] : tensor<80x64xf32>)
//   CHECK-DAG:   %[[UQ:.+]] = mx.quantize ins(%[[U]] : tensor<80x64xf32>)
//       CHECK:   %[[H:.+]] = scf.forall (%[[I:.+]], %[[J:.+]]) = (0, 0) to (%[[M]], 80) step (8, 32) shared_outs(%[[O:.+]] = %{{.+}}) -> (tensor<?x80x!mx.amxfp4>)
//       CHECK:     %[[AT:.+]] = tensor.extract_slice %[[A]][%[[I]], 0] [%[[S:.+]], 64] [1, 1]
//       CHECK:     %[[GT:.+]] = tensor.extract_slice %[[GQ]][%[[J]], 0] [%[[T:.+]], 64] [1, 1]
//       CHECK:     %[[GATE:.+]] = mx.matmul ins(%[[AT]], %[[GT]] :
//       CHECK:     %[[SILU:.+]] = linalg.generic {{.*}} ins(%[[GATE]] :
//       CHECK:     %[[UT:.+]] = tensor.extract_slice %[[UQ]][%[[J]], 0] [%[[T]], 64] [1, 1]
//       CHECK:     %[[UP:.+]] = mx.matmul ins(%[[AT]], %[[UT]] :
//       CHECK:     %[[P:.+]] = linalg.generic {{.*}} ins(%[[GATE]], %[[SILU]], %[[UP]] :
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[P]] : tensor<?x?xf32>)
//       CHECK:       tensor.parallel_insert_slice %[[Q]] into %[[O]][%[[I]], %[[J]]] [%[[S]], %[[T]]] [1, 1]
//       CHECK:   %[[DQ:.+]] = mx.quantize ins(%[[D]] : tensor<64x80xf32>)
//       CHECK:   %[[Y:.+]] = scf.forall (%[[I:.+]], %[[J:.+]]) = (0, 0) to (%[[M]], 64) step (8, 32) shared_outs(%[[O:.+]] = %{{.+}}) -> (tensor<?x64xf32>)
//       CHECK:     %[[HT:.+]] = tensor.extract_slice %[[H]][%[[I]], 0] [%[[S:.+]], 80] [1, 1]
//       CHECK:     %[[DT:.+]] = tensor.extract_slice %[[DQ]][%[[J]], 0] [32, 80] [1, 1]
//       CHECK:     %[[DOWN:.+]] = mx.matmul ins(%[[HT]], %[[DT]] :
//   CHECK-DAG:     %[[BT:.+]] = tensor.extract_slice %[[BIAS]][%[[J]]] [32] [1]
//   CHECK-DAG:     %[[RT:.+]] = tensor.extract_slice %[[X]][%[[I]], %[[J]]] [%[[S]], 32] [1, 1]
//       CHECK:     linalg.generic {{.*}} ins(%[[DOWN]], %[[BT]], %[[RT]] :
//   CHECK-NOT:   mx.quantize
//       CHECK:   return %[[Y]]
