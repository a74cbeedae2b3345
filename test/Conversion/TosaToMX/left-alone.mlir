// An op of TOSA that is not lowered keeps its place and its attributes, a remark
// says why, and what stands beside it is quantized. `strict` makes an error of it.
//
// RUN: mx-opt %s --mx-quantize='min-k=1 min-n=1' --split-input-file | FileCheck %s
// RUN: mx-opt %s --mx-quantize='min-k=1 min-n=1' --split-input-file --remarks-filter='mx-.*' 2>&1 >/dev/null | grep 'remark:' | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: mx-opt %s --mx-quantize='min-k=1 min-n=1 strict' --split-input-file --verify-diagnostics
// RUN: mx-opt %s --mx-float-to-llvm --split-input-file --verify-diagnostics

// What convert-tosa-to-mx leaves is no more.
// RUN: mx-opt %S/remarks.mlir --mx-quantize --split-input-file >/dev/null

// REMARK: remark: [Missed] NotLowered | Category:mx-quantize | Function=custom | Reason="'tosa.custom' is not lowered by upstream, or not with these operands, types and attributes"
// REMARK: remark: [Passed] Quantized | {{.*}} Function=custom
// REMARK: remark: [Passed] Quantized | {{.*}} Function=custom
// CHECK-LABEL: func.func @custom(
//  CHECK-SAME:     %[[X:.+]]: tensor<1x4x8xf32>, %[[W:.+]]: tensor<8x5xf32> {mx.weight}
//       CHECK:   %[[Y:.+]] = tosa.custom %[[X]]
//       CHECK:   mx.matmul
//       CHECK:   mx.quantize ins(%[[Y]] :
//       CHECK:   mx.matmul
func.func @custom(%x: tensor<1x4x8xf32>, %w: tensor<8x5xf32> {mx.weight}, %c: tensor<4x5xf32>, %l: tensor<4x8xf32>, %v: tensor<1x8x5xf32> {mx.weight}) -> (tensor<1x4x5xf32>, tensor<4x5xf32>) {
  // expected-error @+1 {{TOSA is not lowered (NotLowered): 'tosa.custom' is not lowered by upstream}}
  %y = tosa.custom %x {domain_name = "d", operator_name = "n", implementation_attrs = ""} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %z = linalg.matmul ins(%l, %w : tensor<4x8xf32>, tensor<8x5xf32>) outs(%c : tensor<4x5xf32>) -> tensor<4x5xf32>
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %m = tosa.matmul %y, %v, %zp, %zp : (tensor<1x4x8xf32>, tensor<1x8x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x5xf32>
  return %m, %z : tensor<1x4x5xf32>, tensor<4x5xf32>
}

// -----

// REMARK: remark: [Missed] NotLowered | {{.*}} Function=zero_point | Reason="'tosa.matmul' is not lowered
// REMARK: remark: [Missed] UnsupportedOp | {{.*}} Function=zero_point | Reason="found 'tosa.matmul' with mx.quantize, expected a contraction"
// CHECK-LABEL: func.func @zero_point(
//  CHECK-SAME:     %[[X:.+]]: tensor<1x4x8xf32>, %[[W:.+]]: tensor<1x8x5xf32> {mx.weight}, %[[Z:.+]]: tensor<1xf32>)
//       CHECK:   %[[Y:.+]] = tosa.matmul %[[X]], %[[W]], %[[Z]], %[[Z]] {mx.quantize = #mx.policy<weights = mxint8, activations = none>}
//       CHECK:   return %[[Y]]
func.func @zero_point(%x: tensor<1x4x8xf32>, %w: tensor<1x8x5xf32> {mx.weight}, %zp: tensor<1xf32>) -> tensor<1x4x5xf32> {
  // expected-error @+1 {{TOSA is not lowered (NotLowered): 'tosa.matmul'}}
  %y = tosa.matmul %x, %w, %zp, %zp {mx.quantize = #mx.policy<weights = mxint8, activations = none>} : (tensor<1x4x8xf32>, tensor<1x8x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x5xf32>
  return %y : tensor<1x4x5xf32>
}

// -----

// REMARK: remark: [Missed] NotLowered | {{.*}} Function=unranked | Reason="'tosa.add' has type tensor<*xf32>, expected ranked tensors of floats or signless integers"
// CHECK-LABEL: func.func @unranked(
//       CHECK:   tosa.add %arg0, %arg1
func.func @unranked(%x: tensor<*xf32>, %y: tensor<4x8xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{TOSA is not lowered (NotLowered): 'tosa.add' has type tensor<*xf32>}}
  %0 = tosa.add %x, %y : (tensor<*xf32>, tensor<4x8xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// Upstream's pattern would make an unsigned arith.constant of it.
// REMARK: remark: [Missed] NotLowered | {{.*}} Function=unsigned | Reason="'tosa.reduce_sum' has type tensor<4x?xui8>, expected
// CHECK-LABEL: func.func @unsigned(
//       CHECK:   tosa.reduce_sum %arg0
func.func @unsigned(%x: tensor<4x?xui8>) -> tensor<4x1xui8> {
  // expected-error @+1 {{TOSA is not lowered (NotLowered): 'tosa.reduce_sum' has type tensor<4x?xui8>}}
  %0 = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<4x?xui8>) -> tensor<4x1xui8>
  return %0 : tensor<4x1xui8>
}

// -----

// The body of what is left is lowered.
// REMARK: remark: [Missed] NotLowered | {{.*}} Function=branch | Reason="'tosa.cond_if' has type tensor<*xi1>
// REMARK: remark: [Passed] Quantized | {{.*}} Function=branch
// CHECK-LABEL: func.func @branch(
//       CHECK:   tosa.cond_if
//       CHECK:     %[[Y:.+]] = mx.matmul
//       CHECK:     tosa.yield %[[Y]]
func.func @branch(%x: tensor<1x8x8xf32>, %c: tensor<*xi1>, %w: tensor<1x8x8xf32> {mx.weight}) -> tensor<1x8x8xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // expected-error @+1 {{TOSA is not lowered (NotLowered): 'tosa.cond_if' has type tensor<*xi1>}}
  %r = tosa.cond_if %c (%a = %x) : tensor<*xi1> (tensor<1x8x8xf32>) -> tensor<1x8x8xf32> {
  ^bb0(%a: tensor<1x8x8xf32>):
    tosa.yield %a : tensor<1x8x8xf32>
  } else {
  ^bb0(%a: tensor<1x8x8xf32>):
    %z = tosa.matmul %a, %w, %zp, %zp : (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x8xf32>
    tosa.yield %z : tensor<1x8x8xf32>
  }
  return %r : tensor<1x8x8xf32>
}
