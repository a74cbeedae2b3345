// The shape of each expansion; what it computes is compared with the numerics
// library, bit for bit, elsewhere.
//
// RUN: mx-opt %s --convert-mx-parts-to-loops --canonicalize --cse | FileCheck %s

// The tables come from the library, once a module however often they are used:
// 16 elements and 256 scales.
//   CHECK-DAG: memref.global "private" constant @__mx_values_f4E2M1FN : memref<16xf32> = dense<[0.000000e+00, 5.000000e-01, 1.000000e+00, 1.500000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, 6.000000e+00, -0.000000e+00, -5.000000e-01,
//   CHECK-DAG: memref.global "private" constant @__mx_scales_f8E5M2 : memref<256xf32>
//   CHECK-DAG: memref.global "private" constant @__mx_units_f4E2M1FN : memref<16xi64> = dense<[0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]>
//   CHECK-NOT: memref.global {{.+}}@__mx_values_f4E2M1FN{{[^_]}}

// A loop over rows and one over elements: the nibble k of its row, its value,
// the scale that its sign selects, NaN where the other scale is.
// CHECK-LABEL: func @dequantize(
//  CHECK-SAME:     %[[C:[^:]+]]: memref<?x32xi8>, %[[S:[^:]+]]: memref<?x2x2xi8>, %[[X:[^:]+]]: memref<?x40xbf16>)
//   CHECK-DAG:   %[[C0:.+]] = arith.constant 0 : index
//   CHECK-DAG:   %[[C1:.+]] = arith.constant 1 : index
//   CHECK-DAG:   %[[C3:.+]] = arith.constant 3 : index
//   CHECK-DAG:   %[[C4:.+]] = arith.constant 4 : index
//   CHECK-DAG:   %[[C7:.+]] = arith.constant 7 : index
//   CHECK-DAG:   %[[C15:.+]] = arith.constant 15 : index
//   CHECK-DAG:   %[[C32:.+]] = arith.constant 32 : index
//   CHECK-DAG:   %[[C40:.+]] = arith.constant 40 : index
//   CHECK-DAG:   %[[C8:.+]] = arith.constant 8 : index
//   CHECK-DAG:   %[[M:.+]] = memref.dim %[[X]], %[[C0]]
//       CHECK:   scf.for %[[I:.+]] = %[[C0]] to %[[M]] step %[[C1]]
//       CHECK:     scf.for %[[K:.+]] = %[[C0]] to %[[C40]] step %[[C1]]
//       CHECK:       %[[B:.+]] = arith.divui %[[K]], %[[C32]]
//       CHECK:       %[[PC:.+]] = memref.load %[[S]][%[[I]], %[[B]], %[[C0]]]
//       CHECK:       %[[P:.+]] = memref.load %{{.+}}[%{{.+}}] : memref<256xf32>
//       CHECK:       %[[NC:.+]] = memref.load %[[S]][%[[I]], %[[B]], %[[C1]]]
//       CHECK:       %[[N:.+]] = memref.load %{{.+}}[%{{.+}}] : memref<256xf32>
//       CHECK:       %[[BIT:.+]] = arith.muli %[[K]], %[[C4]]
//       CHECK:       %[[SHIFT:.+]] = arith.andi %[[BIT]], %[[C7]]
//       CHECK:       %[[AT:.+]] = arith.shrui %[[BIT]], %[[C3]]
//       CHECK:       %[[BYTE:.+]] = memref.load %[[C]][%[[I]], %[[AT]]]
//       CHECK:       %[[WIDE:.+]] = arith.index_castui %[[BYTE]]
//       CHECK:       %[[BITS:.+]] = arith.shrui %[[WIDE]], %[[SHIFT]]
//       CHECK:       %[[CODE:.+]] = arith.andi %[[BITS]], %[[C15]]
//       CHECK:       %[[V:.+]] = memref.load %{{.+}}[%[[CODE]]] : memref<16xf32>
//       CHECK:       %[[NEG:.+]] = arith.cmpi sge, %[[CODE]], %[[C8]]
//       CHECK:       %[[OWN:.+]] = arith.select %[[NEG]], %[[N]], %[[P]]
//       CHECK:       %[[Y:.+]] = arith.mulf %[[V]], %[[OWN]]
//       CHECK:       %[[OTHER:.+]] = arith.select %[[NEG]], %[[P]], %[[N]]
//       CHECK:       %[[NAN:.+]] = arith.cmpf uno, %[[OTHER]], %[[OTHER]]
//       CHECK:       %[[Z:.+]] = arith.select %[[NAN]], %[[OTHER]], %[[Y]]
//       CHECK:       %[[H:.+]] = arith.truncf %[[Z]] : f32 to bf16
//       CHECK:       memref.store %[[H]], %[[X]][%[[I]], %[[K]]]
func.func @dequantize(%c: memref<?x32xi8>, %s: memref<?x2x2xi8>, %x: memref<?x40xbf16>) {
  mx.dequantize_parts !mx.amxfp4 ins(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>) outs(%x : memref<?x40xbf16>)
  return
}

// An outer scale of each row multiplies what is decoded.
// CHECK-LABEL: func @dequantize_outer(
//  CHECK-SAME:     %{{[^:]+}}: memref<4x8xi8>, %{{[^:]+}}: memref<4x1x1xi8>, %[[O:[^:]+]]: memref<4xf32>, %[[X:[^:]+]]: memref<4x16xf32>)
//       CHECK:   scf.for %[[I:.+]] =
//       CHECK:     scf.for %[[K:.+]] =
//       CHECK:       %[[Y:.+]] = arith.mulf
//       CHECK:       %[[OUTER:.+]] = memref.load %[[O]][%[[I]]]
//       CHECK:       %[[Z:.+]] = arith.mulf %[[Y]], %[[OUTER]]
//       CHECK:       memref.store %[[Z]], %[[X]][%[[I]], %[[K]]]
func.func @dequantize_outer(%c: memref<4x8xi8>, %s: memref<4x1x1xi8>, %o: memref<4xf32>, %x: memref<4x16xf32>) {
  mx.dequantize_parts !mx.nvfp4_row ins(%c, %s : memref<4x8xi8>, memref<4x1x1xi8>) outer(%o : memref<4xf32>) outs(%x : memref<4x16xf32>)
  return
}

// A block at a time: its extremes, its scales, then its bytes, the padding of a
// short block among them. The 40 elements of a row have two blocks.
// CHECK-LABEL: func @quantize(
//  CHECK-SAME:     %[[X:[^:]+]]: memref<?x40xf32>, %[[C:[^:]+]]: memref<?x32xi8>, %[[S:[^:]+]]: memref<?x2x2xi8>)
//   CHECK-DAG:   %[[C0:.+]] = arith.constant 0 : index
//   CHECK-DAG:   %[[C2:.+]] = arith.constant 2 : index
//   CHECK-DAG:   %[[C16:.+]] = arith.constant 16 : index
//   CHECK-DAG:   %[[C32:.+]] = arith.constant 32 : index
//   CHECK-DAG:   %[[C40:.+]] = arith.constant 40 : index
//       CHECK:   %[[M:.+]] = memref.dim %[[X]], %[[C0]]
//       CHECK:   scf.for %[[I:.+]] = %[[C0]] to %[[M]]
//       CHECK:     scf.for %[[B:.+]] = %[[C0]] to %[[C2]]
//       CHECK:       %[[FIRST:.+]] = arith.muli %[[B]], %[[C32]]
//       CHECK:       %[[END:.+]] = arith.addi %[[FIRST]], %[[C32]]
//       CHECK:       %[[LIMIT:.+]] = arith.{{minsi|select}} {{.*}}%[[END]], %[[C40]]
//       CHECK:       scf.for %[[K:.+]] = %[[FIRST]] to %[[LIMIT]]
//       CHECK:         memref.load %[[X]][%[[I]], %[[K]]]
//       CHECK:       memref.store %{{.+}}, %[[S]][%[[I]], %[[B]], %{{.+}}]
//       CHECK:       memref.store %{{.+}}, %[[S]][%[[I]], %[[B]], %{{.+}}]
//       CHECK:       %[[BYTE:.+]] = arith.{{divui|shrui}} %[[FIRST]], %{{.+}}
//       CHECK:       %[[LAST:.+]] = arith.addi %[[BYTE]], %[[C16]]
//       CHECK:       scf.for %[[AT:.+]] = %[[BYTE]] to %[[LAST]]
//       CHECK:         memref.load %[[X]]
//       CHECK:         memref.load %[[X]]
//       CHECK:         memref.store %{{.+}}, %[[C]][%[[I]], %[[AT]]] : memref<?x32xi8>
func.func @quantize(%x: memref<?x40xf32>, %c: memref<?x32xi8>, %s: memref<?x2x2xi8>) {
  mx.quantize_parts !mx.amxfp4 using amxfp4 ins(%x : memref<?x40xf32>) outs(%c, %s : memref<?x32xi8>, memref<?x2x2xi8>)
  return
}

// Blocks of a row of A and a row of B, left to right, from +0; exact sums of
// products in integers, one for each pair of signs; at the end one fma with the
// outer scale.
// CHECK-LABEL: func @matmul(
//  CHECK-SAME:     %[[AC:[^:]+]]: memref<2x?x16xi8>, %[[AS:[^:]+]]: memref<2x?x1x2xi8>, %[[BC:[^:]+]]: memref<8x16xi8>, %[[BS:[^:]+]]: memref<8x2x1xi8>, %[[BO:[^:]+]]: memref<8xf32>, %[[Y:[^:]+]]: memref<2x?x8xf32>, %[[K:[^:]+]]: index)
//   CHECK-DAG:   %[[C0:.+]] = arith.constant 0 : index
//   CHECK-DAG:   %[[C1:.+]] = arith.constant 1 : index
//   CHECK-DAG:   %[[ZERO:.+]] = arith.constant 0.0{{.+}} : f32
//   CHECK-DAG:   %[[I0:.+]] = arith.constant 0 : i64
//   CHECK-DAG:   %[[M:.+]] = memref.dim %[[Y]], %[[C1]]
//       CHECK:   scf.for %[[BATCH:.+]] = %[[C0]] to
//       CHECK:     scf.for %[[I:.+]] = %[[C0]] to %[[M]]
//       CHECK:       scf.for %[[J:.+]] = %[[C0]] to
//       CHECK:         %[[BLOCKS:.+]] = arith.ceildivui %[[K]], %{{.+}}
//       CHECK:         %[[SUM:.+]] = scf.for %{{.+}} = %[[C0]] to %[[BLOCKS]] step %[[C1]] iter_args(%[[SO_FAR:.+]] = %[[ZERO]]) -> (f32)
//       CHECK:           %[[S:.+]]:2 = scf.for %{{.+}} iter_args(%[[POS:.+]] = %[[I0]], %[[NEG:.+]] = %[[I0]]) -> (i64, i64)
//       CHECK:             memref.load %[[AC]][%[[BATCH]], %[[I]], %{{.+}}]
//       CHECK:             memref.load %[[BC]][%[[J]], %{{.+}}]
//   CHECK-DAG:             arith.addi %[[POS]], %{{.+}} : i64
//   CHECK-DAG:             arith.addi %[[NEG]], %{{.+}} : i64
//   CHECK-DAG:           memref.load %[[AS]][%[[BATCH]], %[[I]], %{{.+}}, %[[C0]]]
//   CHECK-DAG:           memref.load %[[AS]][%[[BATCH]], %[[I]], %{{.+}}, %[[C1]]]
//   CHECK-DAG:           memref.load %[[BS]][%[[J]], %{{.+}}, %[[C0]]]
//       CHECK:           arith.truncf %{{.+}} : f64 to f32
//       CHECK:           %[[NEXT:.+]] = arith.addf %[[SO_FAR]], %{{.+}} : f32
//       CHECK:           scf.yield %[[NEXT]]
//       CHECK:         %[[OUTER:.+]] = memref.load %[[BO]][%[[J]]]
//       CHECK:         %[[INIT:.+]] = memref.load %[[Y]][%[[BATCH]], %[[I]], %[[J]]]
//       CHECK:         %[[R:.+]] = math.fma %[[SUM]], %[[OUTER]], %[[INIT]]
//       CHECK:         memref.store %[[R]], %[[Y]][%[[BATCH]], %[[I]], %[[J]]]
func.func @matmul(%ac: memref<2x?x16xi8>, %as: memref<2x?x1x2xi8>, %bc: memref<8x16xi8>, %bs: memref<8x2x1xi8>, %bo: memref<8xf32>, %y: memref<2x?x8xf32>, %k: index) {
  mx.matmul_parts lhs(%ac, %as : memref<2x?x16xi8>, memref<2x?x1x2xi8>) : !mx.amxfp4
    rhs(%bc, %bs, %bo : memref<8x16xi8>, memref<8x2x1xi8>, memref<8xf32>) : !mx.nvfp4_row k(%k) outs(%y : memref<2x?x8xf32>)
  return
}

// Weight-only: f32 products of the floats with what is decoded, K in order; the
// batches of the rhs are those of the init.
// CHECK-LABEL: func @weight_only(
//  CHECK-SAME:     %[[X:[^:]+]]: memref<2x4x32xf16>, %[[C:[^:]+]]: memref<2x8x16xi8>, %{{[^:]+}}: memref<2x8x1x1xi8>, %[[Y:[^:]+]]: memref<2x4x8xf16>, %[[K:[^:]+]]: index)
//       CHECK:   scf.for %[[BATCH:.+]] =
//       CHECK:     scf.for %[[I:.+]] =
//       CHECK:       scf.for %[[J:.+]] =
//       CHECK:         %[[SUM:.+]] = scf.for %[[L:.+]] = %{{.+}} to %[[K]] step %{{.+}} iter_args(%[[SO_FAR:.+]] = %{{.+}}) -> (f32)
//       CHECK:           %[[H:.+]] = memref.load %[[X]][%[[BATCH]], %[[I]], %[[L]]]
//       CHECK:           %[[F:.+]] = arith.extf %[[H]] : f16 to f32
//       CHECK:           memref.load %[[C]][%[[BATCH]], %[[J]], %{{.+}}]
//       CHECK:           %[[P:.+]] = arith.mulf %[[F]], %{{.+}} : f32
//       CHECK:           %[[NEXT:.+]] = arith.addf %[[SO_FAR]], %[[P]]
//       CHECK:           scf.yield %[[NEXT]]
//       CHECK:         %[[INIT:.+]] = memref.load %[[Y]][%[[BATCH]], %[[I]], %[[J]]]
//       CHECK:         %[[START:.+]] = arith.extf %[[INIT]] : f16 to f32
//       CHECK:         %[[R:.+]] = arith.addf %[[SUM]], %[[START]] : f32
//       CHECK:         %[[T:.+]] = arith.truncf %[[R]] : f32 to f16
//       CHECK:         memref.store %[[T]], %[[Y]][%[[BATCH]], %[[I]], %[[J]]]
func.func @weight_only(%x: memref<2x4x32xf16>, %c: memref<2x8x16xi8>, %s: memref<2x8x1x1xi8>, %y: memref<2x4x8xf16>, %k: index) {
  mx.matmul_parts lhs(%x : memref<2x4x32xf16>) rhs(%c, %s : memref<2x8x16xi8>, memref<2x8x1x1xi8>) : !mx.mxfp4 k(%k) outs(%y : memref<2x4x8xf16>)
  return
}

// What counts as zero is not read.
// CHECK-LABEL: func @from_zero(
//  CHECK-SAME:     %{{.+}}: memref<4x32xf32>, %{{.+}}: memref<8x16xi8>, %{{.+}}: memref<8x1x1xi8>, %[[Y:.+]]: memref<4x8xf32>,
//       CHECK:   %[[SUM:.+]] = scf.for {{.+}} -> (f32)
//   CHECK-NOT:   memref.load %[[Y]]
//       CHECK:   %[[R:.+]] = arith.addf %[[SUM]], %{{.+}} : f32
//       CHECK:   memref.store %[[R]], %[[Y]]
func.func @from_zero(%x: memref<4x32xf32>, %c: memref<8x16xi8>, %s: memref<8x1x1xi8>, %y: memref<4x8xf32>, %k: index) {
  mx.matmul_parts lhs(%x : memref<4x32xf32>) rhs(%c, %s : memref<8x16xi8>, memref<8x1x1xi8>) : !mx.mxfp4 k(%k) outs(%y : memref<4x8xf32>) {from_zero}
  return
}
