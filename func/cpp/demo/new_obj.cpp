// Objects: constructors before main, new and delete, virtual functions, and templates.
#include <cassert>
#include <cstdio>

static int alive = 0;

class Shape {
public:
  Shape() { alive++; }
  virtual ~Shape() { alive--; }
  virtual double area() const = 0;
};

class Square : public Shape {
public:
  explicit Square(double side) : side(side) {}
  double area() const override { return side * side; }

private:
  double side;
};

class Circle : public Shape {
public:
  explicit Circle(double radius) : radius(radius) {}
  double area() const override { return 3 * radius * radius; }

private:
  double radius;
};

template <typename T> T larger(T left, T right) { return left < right ? right : left; }

static Square unit(1);

int main() {
  assert(alive == 1 && unit.area() == 1);
  const Shape *shapes[] = {new Square(2), new Circle(1)};
  assert(alive == 3);
  assert(larger(shapes[0]->area(), shapes[1]->area()) == 4);
  for (const Shape *shape : shapes) delete shape;
  assert(alive == 1);
  int *numbers = new int[1000]();
  for (int i = 0; i < 1000; i++) assert(numbers[i] == 0);
  delete[] numbers;
  return 0;
}
