// The program for whose sake the headers of all tests are compiled; it does nothing.
int main() {}
