// Large constants go into a weight file, equal ones once; what stays, stays.
//
// RUN: rm -rf %t && mkdir %t
// RUN: mx-opt %s --mx-externalize-constants='threshold=7 file=%t/my-model.weights' | FileCheck %s
// RUN: %python %S/Inputs/weight_file.py %t/my-model.weights | FileCheck %s --check-prefix=FILE
// RUN: FileCheck %s --check-prefix=ASM --input-file=%t/my-model.weights.S

// CHECK: module attributes {mx.weights = {file = "{{.*}}/my-model.weights", id = "{{[0-9a-f]+}}", symbol = "my_model_weights"}}

// FILE: 6 entries
// CHECK: memref.global constant @my_model_w0 : memref<2x4xi8> {alignment = 64 : i64}
// FILE-NEXT: my_model_w0 at [[BYTES:[0-9]+]]: 01 02 03 04 05 06 07 08
memref.global "private" constant @bytes : memref<2x4xi8> = dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> {alignment = 16 : i64}

// At most `threshold` bytes stay, and so does what the code writes to.
// CHECK: memref.global "private" constant @small : memref<7xi8> = dense<1>
memref.global "private" constant @small : memref<7xi8> = dense<1>
// CHECK: memref.global "private" @written : memref<8xi8> = dense<0>
memref.global "private" @written : memref<8xi8> = dense<0>
// CHECK: memref.global constant @elsewhere : memref<8xi8>{{$}}
memref.global constant @elsewhere : memref<8xi8>
// CHECK: memref.global "private" constant @nibbles : memref<64xi4> = dense<1>
memref.global "private" constant @nibbles : memref<64xi4> = dense<1>

// The same bytes of another type; the name that would come next is taken.
// CHECK: memref.global constant @my_model_w1_ : memref<8xui8> {alignment = 64 : i64}
// FILE-NEXT: my_model_w1_ at [[BYTES]]: 01 02 03 04 05 06 07 08
memref.global "private" constant @resource : memref<8xui8> = dense_resource<w>
// CHECK: func.func private @my_model_w1()
func.func private @my_model_w1()

// CHECK: memref.global constant @my_model_w2 : memref<9xi1>
// FILE-NEXT: my_model_w2 at {{[0-9]+}}: 01 00 01 01 00 01 00 00 01
memref.global "private" constant @bits : memref<9xi1> = dense<[true, false, true, true, false, true, false, false, true]>
// CHECK: memref.global constant @my_model_w3 : memref<3xf32>
// FILE-NEXT: my_model_w3 at {{[0-9]+}}: 00 00 c0 3f 00 00 c0 3f 00 00 c0 3f
memref.global constant @splat : memref<3xf32> = dense<1.5>
// CHECK: memref.global constant @my_model_w4 : memref<1xindex>
// FILE-NEXT: my_model_w4 at {{[0-9]+}}: fe ff ff ff ff ff ff ff
memref.global "private" constant @index : memref<1xindex> = dense<-2>
// CHECK: memref.global constant @my_model_w5 : memref<4xbf16>
// FILE-NEXT: my_model_w5 at {{[0-9]+}}: 80 3f 00 40 40 40 80 40
memref.global "private" constant @halves : memref<4xbf16> = dense<[1.0, 2.0, 3.0, 4.0]>

// CHECK-LABEL: func.func @uses
func.func @uses() -> (memref<2x4xi8>, memref<8xui8>, memref<7xi8>) {
  // CHECK: %[[A:.+]] = memref.get_global @my_model_w0 : memref<2x4xi8>
  %a = memref.get_global @bytes : memref<2x4xi8>
  // CHECK: %[[B:.+]] = memref.get_global @my_model_w1_ : memref<8xui8>
  %b = memref.get_global @resource : memref<8xui8>
  // CHECK: %[[C:.+]] = memref.get_global @small : memref<7xi8>
  %c = memref.get_global @small : memref<7xi8>
  // CHECK: return %[[A]], %[[B]], %[[C]]
  return %a, %b, %c : memref<2x4xi8>, memref<8xui8>, memref<7xi8>
}

// ASM: #ifdef MX_MAP_WEIGHTS
// ASM: .zero 4096
// ASM: #else
// ASM: .incbin "my-model.weights"
// ASM: .size my_model_w2, 9
// ASM-NEXT: .set my_model_w2, .Lmy_model_weights + {{[0-9]+}}
// ASM: my_model_weights:
// ASM-NEXT: .quad .Lmy_model_weights, 4096, 0x{{[0-9a-f]+}}, MX_IS_READY

{-#
  dialect_resources: {
    builtin: {
      w: "0x400000000102030405060708"
    }
  }
#-}
