/* Calls the functions of header.mlir, in the C that is also C++. */

#include "kinds.h"
#include "kinds.h" /* once is enough */

#define EXPECT(condition)                                                      \
  if (!(condition)) {                                                          \
    fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                    \
    return 1;                                                                  \
  }

static int every(void) {
  uint16_t a[6] = {1, 2, 3, 4, 5, 6};
  double z = 0.25;
  every_kind_results r = every_kind(a, 3, 0.5f, -7, 0, &z, -2);
  EXPECT(r.result0.extents[0] == 3 && r.result0.extents[1] == 2);
  EXPECT(r.result0.offset == 0 && r.result0.strides[0] == 2);
  EXPECT(r.result0.data != a);
  for (int i = 0; i < 6; ++i)
    EXPECT(r.result0.data[i] == a[i]);
  EXPECT(r.result1 == -2 && r.result2 == 0.5f && r.result3 == 1);
  EXPECT(*r.result4.data == 0.25 && r.result5 == -7);
  EXPECT(r.result6.extents[0] == 0 && r.result6.extents[1] == 4);
  every_kind_free(&r);
  return 0;
}

static int tensors(void) {
  int32_t a[4] = {1, -2, 3, -4};
  twice_results t = twice(a);
  for (int i = 0; i < 4; ++i)
    EXPECT(t.result0.data[i] == 2 * a[i] && t.result1.data[i] == 2 * a[i]);
  twice_free(&t);
  float b[6] = {0, 1, 2, 3, 4, 5};
  column_results c = column(b, 2, 1);
  EXPECT(c.result0.extents[0] == 2 && c.result0.extents[1] == 1);
  EXPECT(c.result0.data[0] == 1 && c.result0.data[1] == 4);
  column_free(&c);
  return 0;
}

static int scalars(void) {
  EXPECT(parity(0x7FFFFFFFFFFFFFFE).result0 == 0);
  EXPECT(parity(-1).result0 == 1);
  EXPECT(low(0x1234FF80).result0 == -128);
  EXPECT(low(0x1234FF7F).result0 == 127);
  nothing();
  return 0;
}

int main(void) { return every() || tensors() || scalars(); }
