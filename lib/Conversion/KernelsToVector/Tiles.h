//===- Tiles.h - expansions of register tiles -------------------*- C++ -*-===//

#ifndef MX_LIB_CONVERSION_KERNELSTOVECTOR_TILES_H
#define MX_LIB_CONVERSION_KERNELSTOVECTOR_TILES_H

#include "../ScalarBuilder.h"

#include "mx/Dialect/MX/IR/MX.h"

namespace mlir::mx {

/// Writes the loops that do `op` before it; the caller erases it.
void expandScaledMicrokernel(ScalarBuilder &b, ScaledMicrokernelOp op);

} // namespace mlir::mx

#endif // MX_LIB_CONVERSION_KERNELSTOVECTOR_TILES_H
