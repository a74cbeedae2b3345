//===- FloatPasses.td - passes on what stays in float ------*- tablegen -*-===//

#ifndef MX_CONVERSION_FLOATPASSES_TD
#define MX_CONVERSION_FLOATPASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertFloatProductsToKernelsPass
    : Pass<"convert-float-products-to-kernels", "::mlir::ModuleOp"> {
  let summary = "Lower contractions of f32 memrefs by the register tiles of MX";
  let description = [{
    Takes what no mx op replaced: linalg contractions (named ops and generics whose
    body multiplies and adds) of f32 on memrefs with one axis each of rows, columns
    and sums, and any batches; each axis order whose last axis is contiguous and none
    of a batch. Each different one becomes a private function, as in
    `convert-mx-parts-to-kernels`.

    `C += A * B` is a sum of fused multiply-adds in an order of the kernel's own, so
    results differ from those of loops by rounding. At most four static rows read B
    as it lies; more rows pack it by panels. With `threads` rows, or columns where
    there are few rows, are shared out.

    Others stay for `convert-linalg-to-loops`, with a remark of category
    `mx-lowering`.

    Before:

    ```mlir
    func.func @f(%a: memref<8x64xf32>, %b: memref<64x96xf32>, %c: memref<8x96xf32>) {
      linalg.matmul ins(%a, %b : memref<8x64xf32>, memref<64x96xf32>) outs(%c : memref<8x96xf32>)
      return
    }
    ```

    After, inside the function that `@f` calls:

    ```mlir
    func.func @tile(%a: memref<6x?xf32, strided<[?, 1], offset: ?>>, %panel: memref<?x16xf32>,
                    %c: memref<6x16xf32>, %k: index) {
      mx.microkernel "x86-64-v3" ins(%a, %panel : memref<6x?xf32, strided<[?, 1], offset: ?>>, memref<?x16xf32>)
        k(%k) outs(%c : memref<6x16xf32>)
      return
    }
    ```
  }];
  let options = [
    Option<"target", "target", "std::string", /*default=*/"\"host\"",
           "Row of the target table, or host: that of this machine">,
    Option<"threads", "threads", "int64_t", /*default=*/"1",
           "Threads of a product outside of scf.forall">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::mx::MXDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ConvertReductionsToVectorPass
    : Pass<"convert-reductions-to-vector", "::mlir::ModuleOp"> {
  let summary = "Lower reductions along rows of f32 memrefs to vector loops";
  let description = [{
    Takes each `linalg.generic` and `linalg.reduce` on memrefs that reduces its innermost
    loop into one f32 by an addition, product, maximum or minimum of what elementwise ops
    make of the inputs, whose rows along that loop are contiguous or constant. Norms and
    softmax are such.

    A scalar loop waits for each addition; this one has four vectors of partial results,
    which are combined at the end, so sums of floats are added in another order. The
    order depends on the extent alone, not on the number of rows.

    Before:

    ```mlir
    func.func @f(%x: memref<8x64xf32>, %y: memref<8xf32>) {
      linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>],
                      iterator_types = ["parallel", "reduction"]}
          ins(%x : memref<8x64xf32>) outs(%y : memref<8xf32>) {
      ^bb0(%a: f32, %sum: f32):
        %square = arith.mulf %a, %a : f32
        %next = arith.addf %sum, %square : f32
        linalg.yield %next : f32
      }
      return
    }
    ```

    After, one step of a chain:

    ```mlir
    func.func @step(%x: memref<8x64xf32>, %m: index, %k: index, %sum: vector<8xf32>) -> vector<8xf32> {
      %a = vector.load %x[%m, %k] : memref<8x64xf32>, vector<8xf32>
      %square = arith.mulf %a, %a : vector<8xf32>
      %next = arith.addf %sum, %square : vector<8xf32>
      return %next : vector<8xf32>
    }
    ```
  }];
  let options = [
    Option<"target", "target", "std::string", /*default=*/"\"host\"",
           "Row of the target table, or host: that of this machine">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

#endif // MX_CONVERSION_FLOATPASSES_TD
