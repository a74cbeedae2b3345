//===- WeightWriter.h - weight files of constants ---------------*- C++ -*-===//
//
// Writes what mx/Numerics/WeightFile.h describes, without a copy of the data.
//
//===----------------------------------------------------------------------===//

#ifndef MX_DIALECT_MX_TRANSFORMS_WEIGHTWRITER_H
#define MX_DIALECT_MX_TRANSFORMS_WEIGHTWRITER_H

#include "mx/Numerics/WeightFile.h"

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::mx {

/// Gives the entries of `head`, which have their symbols and are as many as
/// `data`, sizes, hashes and offsets; equal data are stored once.
void placeWeights(ArrayRef<ArrayRef<char>> data, ::mx::WeightHead &head);

/// Prints the file: `bytes`, which writeWeightHead gave for `head`, and the
/// data.
void printWeights(ArrayRef<ArrayRef<char>> data, const ::mx::WeightHead &head,
                  ArrayRef<uint8_t> bytes, llvm::raw_ostream &os);

/// Writes a file by `print`, all of it or none. The error says why not.
llvm::Error writeWholeFile(StringRef path,
                           function_ref<void(llvm::raw_ostream &)> print);

} // namespace mlir::mx

#endif // MX_DIALECT_MX_TRANSFORMS_WEIGHTWRITER_H
