//===- WeightAssembly.h - weight files as object files ----------*- C++ -*-===//

#ifndef MX_LIB_DIALECT_MX_TRANSFORMS_WEIGHTASSEMBLY_H
#define MX_LIB_DIALECT_MX_TRANSFORMS_WEIGHTASSEMBLY_H

#include "mx/Numerics/WeightFile.h"

#include "mlir/Support/LLVM.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::mx {

/// Prints assembly for x86-64 ELF that a C preprocessor is run on. It defines
/// the symbols of `head`, the head of the weight file of name `file`, and
/// `STEM_weights`, an mx_weights_region (mx/Runtime/Weights.h).
void printWeightAssembly(const ::mx::WeightHead &head, StringRef file,
                         StringRef stem, llvm::raw_ostream &os);

} // namespace mlir::mx

#endif // MX_LIB_DIALECT_MX_TRANSFORMS_WEIGHTASSEMBLY_H
