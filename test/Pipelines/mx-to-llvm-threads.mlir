// Blocks of rows, loops of their own and large elementwise ops, shared among
// threads, give the bits of one thread, and what the reference gives.
//
// RUN: rm -rf %t && mkdir %t
// RUN: mx-opt %S/Inputs/mlp_norm.mlir --mx-quantize='min-k=1 min-n=1' -o %t/mlp.mlir
// DEFINE: %{rows} =
// DEFINE: %{arguments} = --arg=%{rows}x64xf32=normal:1 --arg=64xf32=uniform:2 --arg=80x64xf32=normal:3 \
// DEFINE:   --arg=80x64xf32=normal:4 --arg=64x80xf32=normal:5 --arg=64xf32=normal:6
// DEFINE: %{one} = mx-run %t/mlp.mlir %{arguments} --pipeline='mx-to-llvm{strict fuse=false}' --result=@%t/one.npy
// DEFINE: %{three} = mx-run %t/mlp.mlir %{arguments} --pipeline='mx-to-llvm{threads=3 strict}' --result=@%t/three.npy
// REDEFINE: %{rows} = 0
// RUN: %{one} && %{three} && cmp %t/one.npy %t/three.npy
// REDEFINE: %{rows} = 97
// RUN: %{one} && %{three} && cmp %t/one.npy %t/three.npy
// REDEFINE: %{rows} = 1153
// RUN: %{one} && %{three} && cmp %t/one.npy %t/three.npy
//
// Rows known at run time alone, in blocks as many as give each thread as many, or
// too few for that.
// RUN: mx-opt %t/mlp.mlir --mx-select-lowering='target=x86-64-v3 kernels=f32' \
// RUN:   | sed 's/row_block = [0-9]*/row_block = 24, threads = 3/' > %t/blocks.mlir
// RUN: grep -c 'row_block = 24, threads = 3' %t/blocks.mlir
// RUN: mx-opt %t/blocks.mlir --mx-fuse-quantize=by-config | FileCheck %s --check-prefix=BLOCKS
// DEFINE: %{block1} = mx-run %t/blocks.mlir %{arguments} --pipeline='mx-to-llvm{fuse=false}' --result=@%t/one.npy
// DEFINE: %{block3} = mx-run %t/blocks.mlir %{arguments} --pipeline='mx-to-llvm{threads=3}' --result=@%t/three.npy
// REDEFINE: %{rows} = 0
// RUN: %{block1} && %{block3} && cmp %t/one.npy %t/three.npy
// REDEFINE: %{rows} = 11
// RUN: %{block1} && %{block3} && cmp %t/one.npy %t/three.npy
// REDEFINE: %{rows} = 200
// RUN: %{block1} && %{block3} && cmp %t/one.npy %t/three.npy
//
// Tiles of 24 rows or a few more, a multiple of 3, of whole register tiles of 6.
// BLOCKS-LABEL: func.func @main(
//  BLOCKS-SAME:     %[[X:.+]]: tensor<?x64xf32>,
//   BLOCKS-DAG:   %[[ONE:.+]] = arith.constant 1 : index
//   BLOCKS-DAG:   %[[BOTH:.+]] = arith.constant 72 : index
//   BLOCKS-DAG:   %[[UNITS:.+]] = arith.constant 18 : index
//   BLOCKS-DAG:   %[[UNIT:.+]] = arith.constant 6 : index
//       BLOCKS:   %[[M:.+]] = tensor.dim %[[X]], %{{.+}}
//       BLOCKS:   %[[ROUNDS:.+]] = arith.divui %[[M]], %[[BOTH]]
//       BLOCKS:   %[[FULL:.+]] = arith.maxui %[[ROUNDS]], %[[ONE]]
//       BLOCKS:   %[[TILES:.+]] = arith.muli %[[FULL]], %[[UNITS]]
//       BLOCKS:   %[[EACH:.+]] = arith.ceildivui %[[M]], %[[TILES]]
//       BLOCKS:   %[[SOME:.+]] = arith.maxui %[[EACH]], %[[ONE]]
//       BLOCKS:   %[[ROWS:.+]] = arith.muli %[[SOME]], %[[UNIT]]
//       BLOCKS:   scf.forall (%{{.+}}) = (0) to (%[[M]]) step (%[[ROWS]])
//
// RUN: mx-run %s --entry=parts --pipeline='mx-to-llvm{threads=3}' --arg=1000x96xf32=normal:1 --arg=40x96xf32=normal:2 --result=@%t/parts.npy
// RUN: mx-run %s --entry=parts --pipeline='mx-to-llvm' --arg=1000x96xf32=normal:1 --arg=40x96xf32=normal:2 --result=@%t/parts1.npy
// RUN: cmp %t/parts.npy %t/parts1.npy
// RUN: mx-run %s --entry=parts --pipeline='mx-to-llvm{threads=3}' --arg=1000x96xf32=normal:1 --arg=40x96xf32=normal:2 --against=reference
// RUN: mx-run %s --entry=parts --pipeline='mx-to-llvm{threads=3}' --arg=0x96xf32=normal:1 --arg=40x96xf32=normal:2 --against=reference
//
// A block of rows is a share of a thread: the threads start once, and no kernel
// in it starts others.
// RUN: mx-opt %t/mlp.mlir --mx-to-llvm='threads=3 target=x86-64-v3' --mlir-print-ir-before=convert-scf-to-openmp -o /dev/null 2>&1 | FileCheck %s
// CHECK-LABEL: func.func @main(
//       CHECK:   scf.parallel (%[[T:.+]]) = (%{{.+}}) to (%{{.+}}) step (%{{.+}}) {
//       CHECK:     scf.for %{{.+}} = %[[T]] to %{{.+}} step %{{.+}} {
//       CHECK:       func.call @[[GATE:mx_matmul_i16_[a-z0-9_]+]](%{{.+}}) :
//       CHECK:       func.call @mx_quantize_{{.+}}(%{{.+}}) :
//       CHECK: func.func private @[[GATE]](
//   CHECK-NOT:   scf.parallel
//       CHECK:   return
//
// So with products of floats.
// RUN: mx-opt %s --mx-to-llvm='threads=3 target=x86-64-v3' --mlir-print-ir-before=convert-scf-to-openmp -o /dev/null 2>&1 | FileCheck %s --check-prefix=FLOATS
// FLOATS-LABEL: func.func @parts(
//       FLOATS:   scf.parallel (%[[T:.+]]) = (%{{.+}}) to (%{{.+}}) step (%{{.+}}) {
//       FLOATS:     scf.for %{{.+}} = %[[T]] to %{{.+}} step %{{.+}} {
//       FLOATS:       func.call @[[PRODUCT:mx_product_f32[_0-9]*]](%
//       FLOATS: func.func private @[[PRODUCT]](
//   FLOATS-NOT:   scf.parallel
//       FLOATS:   return

#rows = affine_map<(m, n) -> (m, n)>
#first = affine_map<(m, n) -> (m)>

// Loops by hand whose iterations have more and more to do, float products in them,
// and a sum along each row.
func.func @parts(%x: tensor<?x96xf32>, %w: tensor<40x96xf32>) -> (tensor<?x40xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %x, %c0 : tensor<?x96xf32>
  %e = tensor.empty(%m) : tensor<?x40xf32>
  %y = scf.forall (%i) = (0) to (%m) step (32) shared_outs(%o = %e) -> (tensor<?x40xf32>) {
    %left = arith.subi %m, %i : index
    %size = arith.minui %left, %c32 : index
    %seen = arith.addi %i, %size : index
    %rows = tensor.extract_slice %x[%i, 0] [%size, 96] [1, 1] : tensor<?x96xf32> to tensor<?x96xf32>
    %before = tensor.extract_slice %x[0, 0] [%seen, 96] [1, 1] : tensor<?x96xf32> to tensor<?x96xf32>
    %es = tensor.empty(%size, %seen) : tensor<?x?xf32>
    %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<?x?xf32>) -> tensor<?x?xf32>
    %s = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
                         iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%rows, %before : tensor<?x96xf32>, tensor<?x96xf32>) outs(%fs : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %p = arith.mulf %a, %b : f32
      %q = arith.addf %c, %p : f32
      linalg.yield %q : f32
    } -> tensor<?x?xf32>
    %em = tensor.empty(%size) : tensor<?xf32>
    %least = arith.constant -1.0e30 : f32
    %fm = linalg.fill ins(%least : f32) outs(%em : tensor<?xf32>) -> tensor<?xf32>
    %largest = linalg.generic {indexing_maps = [#rows, #first], iterator_types = ["parallel", "reduction"]}
        ins(%s : tensor<?x?xf32>) outs(%fm : tensor<?xf32>) {
    ^bb0(%a: f32, %b: f32):
      %q = arith.maximumf %a, %b : f32
      linalg.yield %q : f32
    } -> tensor<?xf32>
    %qe = tensor.empty(%size) : tensor<?x96x!mx.amxfp4>
    %qx = mx.quantize ins(%rows : tensor<?x96xf32>) outs(%qe : tensor<?x96x!mx.amxfp4>) using amxfp4
    %we = tensor.empty() : tensor<40x96x!mx.amxfp4>
    %qw = mx.quantize ins(%w : tensor<40x96xf32>) outs(%we : tensor<40x96x!mx.amxfp4>) using amxfp4
    %ey = tensor.empty(%size) : tensor<?x40xf32>
    %init = linalg.generic {indexing_maps = [#first, #rows], iterator_types = ["parallel", "parallel"]}
        ins(%largest : tensor<?xf32>) outs(%ey : tensor<?x40xf32>) {
    ^bb0(%a: f32, %b: f32):
      linalg.yield %a : f32
    } -> tensor<?x40xf32>
    %part = mx.matmul ins(%qx, %qw : tensor<?x96x!mx.amxfp4>, tensor<40x96x!mx.amxfp4>) outs(%init : tensor<?x40xf32>)
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %part into %o[%i, 0] [%size, 40] [1, 1] : tensor<?x40xf32> into tensor<?x40xf32>
    }
  }
  %e1 = tensor.empty(%m) : tensor<?xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<?xf32>) -> tensor<?xf32>
  %sums = linalg.generic {indexing_maps = [#rows, #first], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<?x40xf32>) outs(%f1 : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32):
    %p = arith.mulf %a, %a : f32
    %q = arith.addf %b, %p : f32
    linalg.yield %q : f32
  } -> tensor<?xf32>
  return %y, %sums : tensor<?x40xf32>, tensor<?xf32>
}
