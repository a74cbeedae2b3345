//===- Scale.h - the scale rules --------------------------------*- C++ -*-===//
//
// How the scale code of a block, or of a side, follows from its largest
// magnitude. Private to the library.
//
//===----------------------------------------------------------------------===//

#ifndef MX_LIB_NUMERICS_SCALE_H
#define MX_LIB_NUMERICS_SCALE_H

#include "mx/Numerics/Format.h"

namespace mx {

/// Returns the scale code for the finite largest magnitude `m` > 0: the
/// smallest positive code where it underflows (0 with quantizer.emulator), the
/// largest finite one where it overflows.
unsigned scaleOfMax(const FormatSpec &format, const Quantizer &quantizer,
                    float m);

} // namespace mx

#endif // MX_LIB_NUMERICS_SCALE_H
