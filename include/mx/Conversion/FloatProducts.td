//===- FloatProducts.td - a pass on products of floats -----*- tablegen -*-===//

#ifndef MX_CONVERSION_FLOATPRODUCTS_TD
#define MX_CONVERSION_FLOATPRODUCTS_TD

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
           "Threads of a product">
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

#endif // MX_CONVERSION_FLOATPRODUCTS_TD
