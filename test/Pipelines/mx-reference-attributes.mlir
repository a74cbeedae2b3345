// What is said of an argument's memory holds for the memory of each part, and
// does not reach the K beside them.
//
// RUN: mx-opt %s --mx-reference | FileCheck %s
// CHECK: llvm.func @main(

func.func @main(%q: tensor<?x?x!mx.amxfp4> {llvm.noalias, bufferization.writable = false, mx.weight}) -> tensor<?x?xf32> {
  %x = mx.dequantize %q : tensor<?x?x!mx.amxfp4> to tensor<?x?xf32>
  return %x : tensor<?x?xf32>
}
