// A cache that is updated in place, through a call and in loops over many layers, has
// the bits of the function without attributes.
//
// RUN: mx-run %s --pipeline=mx-to-llvm --entry=step --arg=1x8xf32=normal:1 --arg=index=zeros --arg=2x16x8xf32=normal:2 --against=float | FileCheck %s
// RUN: mx-run %s --pipeline=mx-reference --entry=step --arg=1x8xf32=normal:1 --arg=index=zeros --arg=2x16x8xf32=normal:2 --against=float | FileCheck %s
// RUN: mx-run %s --pipeline=mx-float-to-llvm --entry=step --emit-header=%t.h
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t.h
// RUN: mx-opt %s --mx-to-llvm --mlir-print-ir-after=mx-share-functions -o /dev/null 2>&1 | FileCheck %s --check-prefix=COPY
//
// CHECK: result 0: f32
// CHECK: result 1: 2x16x8xf32
// CHECK: against float: SQNR inf dB{{.*}}: ok
//
// HEADER: static inline step_results step(const float *argument0, int64_t argument1, float *argument2)
//
// Only rows are copied.
// COPY-NOT: memref.copy {{.*}} to memref<2x16x8xf32>
// COPY-NOT: bufferization.clone
// COPY: func.func @step(

func.func private @layer(%x: tensor<1x8xf32>, %at: index, %layer: index, %cache: tensor<2x16x8xf32>) -> tensor<2x16x8xf32> {
  %next = tensor.insert_slice %x into %cache[%layer, %at, 0] [1, 1, 8] [1, 1, 1] : tensor<1x8xf32> into tensor<2x16x8xf32>
  return %next : tensor<2x16x8xf32>
}

func.func @step(%x: tensor<1x8xf32>, %at: index, %cache: tensor<2x16x8xf32> {mx.in_place = 1 : i64})
    -> (f32, tensor<2x16x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = call @layer(%x, %at, %c0, %cache) : (tensor<1x8xf32>, index, index, tensor<2x16x8xf32>) -> tensor<2x16x8xf32>
  %old = tensor.extract %0[%c1, %at, %c0] : tensor<2x16x8xf32>
  %1 = call @layer(%x, %at, %c1, %0) : (tensor<1x8xf32>, index, index, tensor<2x16x8xf32>) -> tensor<2x16x8xf32>
  return %old, %1 : f32, tensor<2x16x8xf32>
}
