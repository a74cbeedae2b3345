// Where rows are known only at run time and decide, what depends on them is
// there once for each class, with the kernel that is best for it.
//
// RUN: mx-opt %s --mx-select-lowering='target=x86-64-v3 kernels=ab,i16' | FileCheck %s
// RUN: mx-opt %s --mx-select-lowering='target=x86-64-v3 kernels=ab,i16' --remarks-filter='mx-lowering' -o /dev/null 2>&1 | grep -E 'KernelSelected|RowsNot' | FileCheck %s --check-prefix=REMARK
// RUN: mx-opt %s --mx-select-lowering='target=x86-64-v3 kernels=f32' | FileCheck %s --check-prefix=ONE
// RUN: not mx-opt %s --mx-select-lowering='target=x86-64-v3 kernels=f32,f64' 2>&1 | FileCheck %s --check-prefix=KERNEL

// KERNEL: error: unknown kernel 'f64'

// One choice for all rows: no switch.
// ONE-NOT: scf.index_switch

#map = affine_map<(m, k) -> (m, k)>

// A chain of two products and what is between: one switch. The weights stay
// before it.
//
// CHECK-LABEL: func @chain(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x256xf32>, %[[W:.+]]: tensor<256x256xf32>)
//       CHECK:   %[[QW:.+]] = mx.quantize ins(%[[W]] :
//       CHECK:   %[[M:.+]] = tensor.dim %[[X]], %{{.+}}
//       CHECK:   %[[FEW:.+]] = arith.cmpi ule, %[[M]], %[[LAST:.+]] : index
//       CHECK:   %[[CLASS:.+]] = arith.select %[[FEW]], %{{.+}}, %{{.+}} : index
//       CHECK:   %[[Y:.+]] = scf.index_switch %[[CLASS]] -> tensor<?x256xf32>
//       CHECK:   case 0 {
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[X]] :
//       CHECK:     %[[P:.+]] = mx.matmul ins(%[[Q]], %[[QW]] : {{.*}} {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "ab", rows = {{[0-9]+}}, vectors = 1, k_block = {{[0-9]+}}>}
//       CHECK:     %[[S:.+]] = linalg.generic {{.*}} ins(%[[P]] :
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[S]] :
//       CHECK:     %[[P:.+]] = mx.matmul ins(%[[Q]], %[[QW]] : {{.*}}kernel = "ab"
//       CHECK:     scf.yield %[[P]]
//       CHECK:   default {
//       CHECK:     %[[Q:.+]] = mx.quantize ins(%[[X]] :
//       CHECK:     %[[P:.+]] = mx.matmul ins(%[[Q]], %[[QW]] : {{.*}} {lowering_config = #mx.lowering_config<target = "x86-64-v3", kernel = "i16", {{.*}}, row_block = [[#]]>}
//       CHECK:     mx.matmul {{.*}}kernel = "i16"
//       CHECK:   return %[[Y]]
//
// REMARK: remark: [Passed] KernelSelected {{.*}}Function=chain{{.*}}Kernel=i16, Rows=[[#FIRST:]]-,
// REMARK: remark: [Passed] KernelSelected {{.*}}Function=chain{{.*}}Kernel=i16, Rows=[[#FIRST]]-,
// REMARK: remark: [Passed] KernelSelected {{.*}}Function=chain{{.*}}Kernel=ab, Rows=1-[[#FIRST-1]],
// REMARK: remark: [Passed] KernelSelected {{.*}}Function=chain{{.*}}Kernel=ab, Rows=1-[[#FIRST-1]],
func.func @chain(%x: tensor<?x256xf32>, %w: tensor<256x256xf32>) -> tensor<?x256xf32> {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x256xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m) : tensor<?x256x!mx.amxfp4>
  %ef = tensor.empty(%m) : tensor<?x256xf32>
  %c = linalg.fill ins(%zero : f32) outs(%ef : tensor<?x256xf32>) -> tensor<?x256xf32>
  %qx = mx.quantize ins(%x : tensor<?x256xf32>) outs(%e : tensor<?x256x!mx.amxfp4>) using amxfp4
  %ew = tensor.empty() : tensor<256x256x!mx.amxfp4>
  %qw = mx.quantize ins(%w : tensor<256x256xf32>) outs(%ew : tensor<256x256x!mx.amxfp4>) using amxfp4
  %p = mx.matmul ins(%qx, %qw : tensor<?x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%c : tensor<?x256xf32>)
  %s = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<?x256xf32>) outs(%ef : tensor<?x256xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = math.absf %a : f32
    linalg.yield %v : f32
  } -> tensor<?x256xf32>
  %qs = mx.quantize ins(%s : tensor<?x256xf32>) outs(%e : tensor<?x256x!mx.amxfp4>) using amxfp4
  %y = mx.matmul ins(%qs, %qw : tensor<?x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%c : tensor<?x256xf32>)
  return %y : tensor<?x256xf32>
}

// Rows are all axes but the last where the batches share the weights; an op with
// side effects is not moved, and what is behind it has a switch of its own.
//
// CHECK-LABEL: func @effect(
//  CHECK-SAME:     %{{.+}}: tensor<?x3x256x!mx.amxfp4>, %{{.+}}: tensor<256x256x!mx.amxfp4>, %[[C:.+]]: tensor<?x3x256xf32>)
//       CHECK:   %[[B:.+]] = tensor.dim %[[C]], %{{.+}}
//       CHECK:   %[[M:.+]] = arith.muli %[[B]], %{{.+}} : index
//       CHECK:   arith.cmpi ule, %[[M]]
//       CHECK:   %[[Y:.+]] = scf.index_switch
//       CHECK:   call @show(%[[Y]])
//       CHECK:   %[[M:.+]] = tensor.dim %[[Y]], %{{.+}}
//       CHECK:   %[[Z:.+]] = scf.index_switch
//       CHECK:   return %[[Z]]
// REMARK-COUNT-4: remark: {{.*}}Function=effect
func.func private @show(tensor<?x3x256xf32>)
func.func @effect(%x: tensor<?x3x256x!mx.amxfp4>, %w: tensor<256x256x!mx.amxfp4>, %c: tensor<?x3x256xf32>) -> tensor<?x3x256xf32> {
  %y = mx.matmul ins(%x, %w : tensor<?x3x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%c : tensor<?x3x256xf32>)
  func.call @show(%y) : (tensor<?x3x256xf32>) -> ()
  %z = mx.matmul ins(%x, %w : tensor<?x3x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%y : tensor<?x3x256xf32>)
  return %z : tensor<?x3x256xf32>
}

// The extent was asked for before an op with side effects.
//
// CHECK-LABEL: func @earlier(
//  CHECK-SAME:     %[[X:.+]]: tensor<?x256xf32>, %{{.+}}: tensor<256x256x!mx.amxfp4>)
//       CHECK:   %[[M:.+]] = tensor.dim %[[X]], %{{.+}}
//       CHECK:   %[[S:.+]] = call @make(%[[M]])
//       CHECK:   %[[Y:.+]] = scf.index_switch
//       CHECK:     mx.quantize ins(%[[S]] :
//       CHECK:   return %[[Y]]
func.func private @make(index) -> tensor<?x256xf32>
func.func @earlier(%x: tensor<?x256xf32>, %w: tensor<256x256x!mx.amxfp4>) -> tensor<?x256xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %x, %c0 : tensor<?x256xf32>
  %s = func.call @make(%m) : (index) -> tensor<?x256xf32>
  %e = tensor.empty(%m) : tensor<?x256x!mx.amxfp4>
  %q = mx.quantize ins(%s : tensor<?x256xf32>) outs(%e : tensor<?x256x!mx.amxfp4>) using amxfp4
  %ey = tensor.empty(%m) : tensor<?x256xf32>
  %c = linalg.fill ins(%zero : f32) outs(%ey : tensor<?x256xf32>) -> tensor<?x256xf32>
  %y = mx.matmul ins(%q, %w : tensor<?x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%c : tensor<?x256xf32>)
  return %y : tensor<?x256xf32>
}

// With weights of its own each batch is a product: its rows are static here.
//
// CHECK-LABEL: func @batches(
//   CHECK-NOT:   scf.index_switch
//       CHECK:   return
// REMARK: remark: [Passed] KernelSelected {{.*}}Function=batches
func.func @batches(%x: tensor<?x3x256x!mx.amxfp4>, %w: tensor<?x256x256x!mx.amxfp4>, %c: tensor<?x3x256xf32>) -> tensor<?x3x256xf32> {
  %y = mx.matmul ins(%x, %w : tensor<?x3x256x!mx.amxfp4>, tensor<?x256x256x!mx.amxfp4>) outs(%c : tensor<?x3x256xf32>)
  return %y : tensor<?x3x256xf32>
}

// The rows that most products have decide.
//
// CHECK-LABEL: func @others(
//       CHECK:   scf.index_switch
//   CHECK-NOT:   scf.index_switch
//       CHECK:   return
// REMARK: remark: [Missed] RowsNotVersioned {{.*}}Function=others{{.*}}Reason="other rows decide here
// REMARK-COUNT-5: remark: {{.*}}Function=others
func.func @others(%x: tensor<?x256x!mx.amxfp4>, %z: tensor<?x256x!mx.amxfp4>, %w: tensor<256x256x!mx.amxfp4>, %c: tensor<?x256xf32>, %d: tensor<?x256xf32>) -> (tensor<?x256xf32>, tensor<?x256xf32>) {
  %y0 = mx.matmul ins(%z, %w : tensor<?x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%d : tensor<?x256xf32>)
  %y1 = mx.matmul ins(%x, %w : tensor<?x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%c : tensor<?x256xf32>)
  %y2 = mx.matmul ins(%x, %w : tensor<?x256x!mx.amxfp4>, tensor<256x256x!mx.amxfp4>) outs(%y1 : tensor<?x256xf32>)
  return %y0, %y2 : tensor<?x256xf32>, tensor<?x256xf32>
}
