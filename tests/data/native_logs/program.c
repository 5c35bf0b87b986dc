/* Leaks in two functions and releases in a third; its logs are in this folder. */
#include <mcheck.h>
#include <stdlib.h>
#include <string.h>

static void *kept[400];
static void *volatile block;

__attribute__((noinline)) static void cache_rows(int n) {
    for (int i = 0; i < n; i++) {
        kept[i] = malloc(1000 + i);
        memset(kept[i], 1, 1000);
    }
}

__attribute__((noinline)) static char *copy_name(const char *name) {
    char *copy = malloc(64);
    return strcpy(copy, name);
}

__attribute__((noinline)) static void work(void) {
    for (int i = 0; i < 50; i++) {
        block = calloc(1, 20000);
        free(block);
    }
}

int main(void) {
    mtrace();
    cache_rows(300);
    for (int i = 0; i < 40; i++) {
        copy_name("a name of some length");
    }
    work();
    kept[0] = realloc(kept[0], 5000);
    muntrace();
    return 0;
}
