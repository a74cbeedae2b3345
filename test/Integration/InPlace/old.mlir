// What an argument held before the call may be a result, too.
//
// RUN: mx-run %s --pipeline=mx-to-llvm --arg=4xf32=normal:1 --arg=4xf32=normal:2 --against=float | FileCheck %s
// CHECK: against float: SQNR inf dB{{.*}}: ok

func.func @main(%new: tensor<4xf32>, %a: tensor<4xf32> {mx.in_place = 0 : i64}) -> (tensor<4xf32>, tensor<4xf32>) {
  return %new, %a : tensor<4xf32>, tensor<4xf32>
}
