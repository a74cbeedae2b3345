// Each version of a gated MLP behind a norm, for few and for many rows, gives
// what the reference gives; blocks of rows with all that is fused into them give
// the bits of the products alone, and copy nothing.
//
// RUN: rm -rf %t && mkdir %t
// RUN: mx-opt %S/Inputs/mlp_norm.mlir --mx-quantize='min-k=1 min-n=1' -o %t/mlp.mlir
// DEFINE: %{rows} =
// DEFINE: %{arguments} = --arg=%{rows}x64xf32=normal:1 --arg=64xf32=uniform:2 --arg=80x64xf32=normal:3 \
// DEFINE:   --arg=80x64xf32=normal:4 --arg=64x80xf32=normal:5 --arg=64xf32=normal:6
// DEFINE: %{versions} = mx-run %t/mlp.mlir %{arguments} --against=reference \
// DEFINE:   --pipeline='mx-select-lowering{target=x86-64-v3 kernels=ab,i16},mx-reference'
//
// REDEFINE: %{rows} = 0
// RUN: %{versions}
// REDEFINE: %{rows} = 1
// RUN: %{versions}
// REDEFINE: %{rows} = 40
// RUN: %{versions}
//
// REDEFINE: %{rows} = 600
// DEFINE: %{plain} = mx-run %t/mlp.mlir %{arguments} --pipeline='mx-to-llvm{strict fuse=false}' --result=@%t/plain.npy
// DEFINE: %{fused} = mx-run %t/mlp.mlir %{arguments} --pipeline='mx-to-llvm{strict}' --result=@%t/fused.npy
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
// RUN: mx-run %t/mlp.mlir %{arguments} --pipeline='mx-to-llvm{strict}' --against=reference
// REDEFINE: %{rows} = 3
// RUN: %{plain} && %{fused} && cmp %t/plain.npy %t/fused.npy
//
// RUN: mx-opt %t/mlp.mlir --mx-to-llvm -o %t/lowered.mlir
// RUN: FileCheck %s --check-prefix=COPY < %t/lowered.mlir
// COPY: llvm.func @main(
// COPY-NOT: {{memcpy|memrefCopy}}
//
// The products of gate and up share a block of rows; no mx.quantize is fused
// where `fuse` is off.
// RUN: mx-opt %t/mlp.mlir --mx-to-llvm='target=x86-64-v3' --remarks-filter='mx-fuse' -o /dev/null 2>&1 | grep remark: | FileCheck %s
// RUN: mx-opt %t/mlp.mlir --mx-to-llvm='target=x86-64-v3 fuse=false' --remarks-filter='mx-fuse' -o /dev/null 2>&1 | FileCheck %s --check-prefix=OFF --allow-empty
// CHECK-DAG: remark: [Passed] Fused | Category:mx-fuse | Function=main | Columns=all, Ops=5, Root=mx.quantize, Rows=[[#]]
// CHECK-DAG: remark: [Passed] Fused | Category:mx-fuse | Function=main | Columns=all, Ops=2, Root=linalg.generic, Rows=[[#]]
// CHECK-DAG: remark: [Passed] Fused | Category:mx-fuse | Function=main | Columns=all, Ops=3, Root=mx.quantize, Rows=[[#]]
// OFF-NOT: Fused
