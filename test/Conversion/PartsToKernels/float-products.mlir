// A contraction of floats becomes a call, once for equal ones; its register tiles
// read A in place and B from a panel, and add to C.
//
// RUN: mx-opt %s --convert-float-products-to-kernels=target=x86-64-v3 --split-input-file | FileCheck %s
// RUN: mx-opt %s --convert-float-products-to-kernels=target=x86-64-v3 --split-input-file --remarks-filter='mx-.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not mx-opt %s --convert-float-products-to-kernels=target=vax --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: not mx-opt %s --convert-float-products-to-kernels=threads=0 --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=THREADS
// TARGET: error: unknown target 'vax'
// THREADS: error: found 0 threads, expected 1 to

// REMARK: remark: [Passed] FloatProduct | Category:mx-lowering | Function=products
// REMARK-SAME: Target=x86-64-v3
// CHECK-LABEL: func.func @products(
//  CHECK-SAME:     %[[A:.+]]: memref<?x70xf32>, %[[B:.+]]: memref<99x70xf32>, %[[C:.+]]: memref<?x99xf32>, %[[D:.+]]: memref<?x99xf32>)
//  CHECK-NEXT:   call @mx_product_f32(%[[A]], %[[B]], %[[C]])
//  CHECK-NEXT:   call @mx_product_f32(%[[A]], %[[B]], %[[D]])
//  CHECK-NEXT:   return
// CHECK-LABEL: func.func private @mx_product_f32(
//  CHECK-SAME:     %[[A:.+]]: memref<?x70xf32>, %[[B:.+]]: memref<99x70xf32>, %[[C:.+]]: memref<?x99xf32>)
//       CHECK:   %[[ROWS:.+]] = memref.subview %{{.+}}[0, 0] [%{{.+}}, 70] [1, 1]
//       CHECK:   %[[PANEL:.+]] = memref.alloc() {alignment = 64 : i64} : memref<{{.+}}x256x{{.+}}xf32>
//       CHECK:   vector.shuffle
//       CHECK:   %[[TILE_A:.+]] = memref.subview %{{.+}} to memref<6x?xf32
//       CHECK:   %[[TILE_C:.+]] = memref.subview %{{.+}} to memref<6x16xf32
//       CHECK:   mx.microkernel "x86-64-v3" ins(%[[TILE_A]], %{{.+}} k(%{{.+}}) outs(%[[TILE_C]] :
func.func @products(%a: memref<?x70xf32>, %b: memref<99x70xf32>, %c: memref<?x99xf32>, %d: memref<?x99xf32>) {
  linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%a, %b : memref<?x70xf32>, memref<99x70xf32>) outs(%c : memref<?x99xf32>)
  linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%a, %b : memref<?x70xf32>, memref<99x70xf32>) outs(%d : memref<?x99xf32>)
  return
}

// -----

// One row is a dot product a column: no panel.
// CHECK-LABEL: func.func private @mx_product_f32(
//   CHECK-NOT:   memref.alloc
//       CHECK:   %[[W:.+]] = vector.load %{{.+}} : memref<99x70xf32{{.*}}>, vector<8xf32>
//       CHECK:   %[[X:.+]] = vector.load %{{.+}} : memref<1x70xf32{{.*}}>, vector<8xf32>
//       CHECK:   vector.fma %[[X]], %[[W]], %{{.+}} : vector<8xf32>
func.func @row(%a: memref<1x70xf32>, %b: memref<99x70xf32>, %c: memref<1x99xf32>) {
  linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%a, %b : memref<1x70xf32>, memref<99x70xf32>) outs(%c : memref<1x99xf32>)
  return
}

// -----

// What no kernel takes is left, and said: two axes of rows.
// REMARK: remark: [Missed] ScalarLoops | Category:mx-lowering | Function=rows
// REMARK-SAME: Reason="it has not one axis each of rows, columns and sums
// CHECK-LABEL: func.func @rows(
//       CHECK:   linalg.generic
func.func @rows(%a: memref<2x3x8xf32>, %b: memref<8x16xf32>, %c: memref<2x3x16xf32>) {
  linalg.generic {indexing_maps = [affine_map<(l, m, n, k) -> (l, m, k)>, affine_map<(l, m, n, k) -> (k, n)>, affine_map<(l, m, n, k) -> (l, m, n)>],
                  iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<2x3x8xf32>, memref<8x16xf32>) outs(%c : memref<2x3x16xf32>) {
  ^bb0(%x: f32, %w: f32, %sum: f32):
    %product = arith.mulf %x, %w : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  return
}

// -----

// Other element types are not touched, and a product with columns that lie apart.
// REMARK: remark: [Missed] ScalarLoops | Category:mx-lowering | Function=others
// REMARK-SAME: Reason="the elements of its columns do not lie one after the other
// CHECK-LABEL: func.func @others(
//       CHECK:   linalg.matmul ins(%{{.+}} : memref<4x8xf64>, memref<8x16xf64>)
//       CHECK:   linalg.matmul ins(%{{.+}} : memref<4x8xf32, strided<[1, 4]>>, memref<8x16xf32>)
func.func @others(%a: memref<4x8xf64>, %b: memref<8x16xf64>, %c: memref<4x16xf64>,
                  %x: memref<4x8xf32, strided<[1, 4]>>, %w: memref<8x16xf32>, %y: memref<4x16xf32>) {
  linalg.matmul ins(%a, %b : memref<4x8xf64>, memref<8x16xf64>) outs(%c : memref<4x16xf64>)
  linalg.matmul ins(%x, %w : memref<4x8xf32, strided<[1, 4]>>, memref<8x16xf32>) outs(%y : memref<4x16xf32>)
  return
}
