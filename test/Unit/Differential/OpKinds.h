//===- OpKinds.h - the ops that sum products --------------------*- C++ -*-===//

#ifndef MX_TEST_UNIT_DIFFERENTIAL_OPKINDS_H
#define MX_TEST_UNIT_DIFFERENTIAL_OPKINDS_H

#include "Product.h"

#include <map>

namespace mlir::mx::test {

/// An op and how it indexes: `axes` reads `LEFT,RIGHT->RESULT`, a letter for
/// each loop, as in `bmk,bkn->bmn`.
struct OpKind {
  StringRef name;
  Spelling spelling;
  StringRef axes;
};

/// Every op kind that convert-linalg-to-mx takes, convolutions apart.
inline constexpr OpKind opKinds[] = {
    {"matmul", Spelling::Named, "mk,kn->mn"},
    {"matmul", Spelling::WithMaps, "km,kn->mn"},
    {"matmul", Spelling::WithMaps, "mk,nk->mn"},
    {"matmul", Spelling::WithMaps, "k,kn->mn"},
    {"batch_matmul", Spelling::Named, "bmk,bkn->bmn"},
    {"batch_matmul", Spelling::WithMaps, "bkm,bkn->bmn"},
    {"batch_matmul", Spelling::WithMaps, "bmk,bnk->bmn"},
    {"batch_reduce_matmul", Spelling::Named, "bmk,bkn->mn"},
    {"matvec", Spelling::Named, "mk,k->m"},
    {"vecmat", Spelling::Named, "k,kn->n"},
    {"batch_matvec", Spelling::Named, "bmk,bk->bm"},
    {"batch_vecmat", Spelling::Named, "bk,bkn->bn"},
    {"contract", Spelling::WithMaps, "amk,nk->amn"},
    {"contract", Spelling::WithMaps, "kbm,nbk->bnm"},
    {"contract", Spelling::WithMaps, "mkl,nkl->mn"},
    {"contract", Spelling::WithMaps, "kml,lnk->nm"},
    {"generic", Spelling::Generic, "mk,nk->mn"},
    {"generic", Spelling::Generic, "kam,nkc->ancm"},
    {"generic", Spelling::Generic, "bkm,nbk->mbn"},
    {"generic", Spelling::Generic, "mkl,lkn->nm"},
    {"tosa.matmul", Spelling::Tosa, "bmk,bkn->bmn"},
};

/// 2-D convolutions: the axes of image, filter and result, of which `h` and `w`
/// are windows.
inline constexpr OpKind convolutionKinds[] = {
    {"conv_2d_nhwc_hwcf", Spelling::Named, "nhwc,hwcf->nhwf"},
    {"conv_2d_nhwc_fhwc", Spelling::Named, "nhwc,fhwc->nhwf"},
    {"conv_2d_nchw_fchw", Spelling::Named, "nchw,fchw->nfhw"},
};

/// Returns a product of `kind` whose loops have the extents of their letters.
/// The right input is the weight, or the left one where the right one has no
/// axis of its own; blocks lie along the activation's summed loops, as they
/// come.
Product makeProduct(const OpKind &kind, const std::map<char, int64_t> &extents);

/// Letters of `extents`: those of the kind, and `i`, `j` for the extents of the
/// result's windows; `strides` are the steps of the windows.
Product makeConvolution(const OpKind &kind,
                        const std::map<char, int64_t> &extents,
                        std::pair<int64_t, int64_t> strides);

/// Makes input `weight` of `product` its weight.
void setWeight(Product &product, unsigned weight);

/// Has the inputs of `product` come with their axes reversed. Blocks then lie
/// along the summed loops of the activation as it comes in, but for
/// convolutions, whose windows are brought together first.
void setTransposed(Product &product);

} // namespace mlir::mx::test

#endif // MX_TEST_UNIT_DIFFERENTIAL_OPKINDS_H
