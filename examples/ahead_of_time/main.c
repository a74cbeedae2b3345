/* Reads rows of x, floats alone, and writes y = linear(x).

   usage: linear WEIGHTS X Y */

#include "linear.h"
#include "mx/Runtime/Weights.h"

enum { columns = 320, most_rows = 64 };

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: %s WEIGHTS X Y\n", argv[0]);
    return 2;
  }
  /* Does nothing where the constants are in the program itself. */
  char message[256];
  if (mx_weights_attach(&linear_weights, argv[1], message, sizeof(message))) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  FILE *in = fopen(argv[2], "rb"), *out = fopen(argv[3], "wb");
  float *x = aligned_alloc(64, most_rows * columns * sizeof(float));
  if (!in || !out || !x) {
    perror("linear");
    return 1;
  }
  size_t rows = fread(x, columns * sizeof(float), most_rows, in);

  linear_results y = linear(x, (int64_t)rows);
  size_t count = (size_t)(y.result0.extents[0] * y.result0.extents[1]);
  size_t written = fwrite(y.result0.data, sizeof(float), count, out);
  linear_free(&y);

  free(x);
  fclose(in);
  return fclose(out) != 0 || written != count;
}
