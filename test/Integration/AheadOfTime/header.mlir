// Functions of every kind of argument and result, called from C and from C++ by
// the header of mx-run --emit-header alone.

// RUN: rm -rf %t && mkdir %t
// RUN: mx-opt %s --mx-float-to-llvm -o %t/kinds.llvm.mlir
// RUN: mx-run %t/kinds.llvm.mlir --emit-header=%t/kinds.h
// RUN: mx-run %s --pipeline=mx-float-to-llvm --emit-header=- > %t/same.h
// RUN: FileCheck %s --input-file=%t/kinds.h
// RUN: FileCheck %s --input-file=%t/same.h
// RUN: mlir-translate --mlir-to-llvmir %t/kinds.llvm.mlir -o %t/kinds.ll
// RUN: clang -O2 -Wno-override-module -c %t/kinds.ll -o %t/kinds.o
// RUN: clang -std=c11 -Wall -Wextra -Wpedantic -Werror -fsanitize=address -I%t -x c %S/Inputs/kinds.c -x none %t/kinds.o %mxlib/libmx_runtime.so -Wl,-rpath,%mxlib -o %t/c
// RUN: %t/c
// RUN: clang++ -std=c++17 -Wall -Wextra -Werror -I%t -x c++ %S/Inputs/kinds.c -x none %t/kinds.o %mxlib/libmx_runtime.so -Wl,-rpath,%mxlib -o %t/c++
// RUN: %t/c++

// CHECK-NOT: hidden
// CHECK: mx_bf16_2 result0; /* tensor<?x2xbf16> */
// CHECK-NEXT: int16_t result1; /* i16 */
// CHECK: static inline every_kind_results every_kind(const uint16_t *argument0, int64_t argument0_extent0, float argument1, int64_t argument2, uint8_t argument3, const double *argument4, int16_t argument5) {
func.func @every_kind(%a: tensor<?x2xbf16>, %s: f32, %i: index, %b: i1, %z: tensor<f64>, %h: i16)
    -> (tensor<?x2xbf16>, i16, f32, i1, tensor<f64>, index, tensor<0x4xi8>) {
  %e = tensor.empty() : tensor<0x4xi8>
  %true = arith.constant true
  %n = arith.xori %b, %true : i1
  return %a, %h, %s, %n, %z, %i, %e : tensor<?x2xbf16>, i16, f32, i1, tensor<f64>, index, tensor<0x4xi8>
}

// Both results may lie in one buffer.
// CHECK: void *buffers[] = {results->result0.allocated, results->result1.allocated};
func.func @twice(%a: tensor<4xi32>) -> (tensor<4xi32>, tensor<2x2xi32>) {
  %x = arith.addi %a, %a : tensor<4xi32>
  %y = tensor.expand_shape %x [[0, 1]] output_shape [2, 2] : tensor<4xi32> into tensor<2x2xi32>
  return %x, %y : tensor<4xi32>, tensor<2x2xi32>
}

// A copy between strided buffers, by the runtime's memrefCopy.
func.func @column(%a: tensor<?x3xf32>, %i: index) -> tensor<?x1xf32> {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %a, %c0 : tensor<?x3xf32>
  %x = tensor.extract_slice %a[0, %i] [%m, 1] [1, 1] : tensor<?x3xf32> to tensor<?x1xf32>
  return %x : tensor<?x1xf32>
}

// A single scalar is the value of the call; of a narrow one the code leaves
// the upper bits undefined.
// CHECK: int32_t _mlir_ciface_parity(int64_t);
func.func @parity(%i: i64) -> i1 {
  %x = arith.trunci %i : i64 to i1
  return %x : i1
}
// CHECK: int32_t _mlir_ciface_low(int64_t);
func.func @low(%i: i64) -> i8 {
  %x = arith.trunci %i : i64 to i8
  return %x : i8
}
// CHECK: void _mlir_ciface_nothing(void);
func.func @nothing() {
  return
}
func.func private @hidden(%i: i64) -> i64 {
  return %i : i64
}
