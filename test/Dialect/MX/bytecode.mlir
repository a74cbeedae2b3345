// Constants keep their bytes through text and bytecode, from a file and from a
// pipe.
//
// RUN: mx-opt %s | FileCheck %s
// RUN: mx-opt %s | mx-opt | FileCheck %s
// RUN: mx-opt %s --emit-bytecode -o %t && mx-opt %t | FileCheck %s
// RUN: mx-opt %s --emit-bytecode | mx-opt | FileCheck %s
// RUN: mx-opt %s --emit-bytecode | mx-opt --emit-bytecode | mx-opt | FileCheck %s

// CHECK-LABEL: func @constants()
//       CHECK:   mx.constant #mx.blocks<codes = c0, scales = s0> : tensor<1x32x!mx.mxfp4>
//       CHECK:   mx.constant {tag} #mx.blocks<codes = c0, scales = s1, outer = o1> : tensor<2x16x!mx.nvfp4_row>
//       CHECK:   mx.constant #mx.blocks<codes = c0, scales = s1, outer = o2> : tensor<2x16x!mx.nvfp4>
func.func @constants() {
  %0 = mx.constant #mx.blocks<codes = c0, scales = s0> : tensor<1x32x!mx.mxfp4>
  %1 = mx.constant {tag} #mx.blocks<codes = c0, scales = s1, outer = o1> : tensor<2x16x!mx.nvfp4_row>
  %2 = mx.constant #mx.blocks<codes = c0, scales = s1, outer = o2> : tensor<2x16x!mx.nvfp4>
  return
}

// The attribute stands alone too.
// CHECK-LABEL: func private @attribute()
//  CHECK-SAME:     value = #mx.blocks<codes = c0, scales = s0> : tensor<1x32x!mx.mxfp4>
func.func private @attribute() attributes {value = #mx.blocks<codes = c0, scales = s0> : tensor<1x32x!mx.mxfp4>}

// CHECK-DAG: c0: "0x{{[0-9A-F]+}}001032547698BADCFE1032547698BADCFE"
// CHECK-DAG: s0: "0x{{[0-9A-F]+}}007F"
// CHECK-DAG: s1: "0x{{[0-9A-F]+}}003840"
// CHECK-DAG: o1: "0x{{[0-9A-F]+}}000000803F00000040"
// CHECK-DAG: o2: "0x{{[0-9A-F]+}}000000003F"

{-#
  dialect_resources: {
    builtin: {
      c0: "0x400000001032547698BADCFE1032547698BADCFE",
      s0: "0x400000007F",
      s1: "0x400000003840",
      o1: "0x400000000000803F00000040",
      o2: "0x400000000000003F"
    }
  }
#-}
