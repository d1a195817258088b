// C++ with its standard library: counts the words of its input and prints the most frequent ones.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

int main() {
  std::map<std::string, unsigned> counts;
  for (std::string word; std::cin >> word;) ++counts[word];

  std::vector<std::pair<std::string, unsigned>> words(counts.begin(), counts.end());
  std::stable_sort(words.begin(), words.end(), [](const auto &a, const auto &b) { return a.second > b.second; });

  const auto shown = std::min<size_t>(words.size(), 3);
  std::cout << words.size() << " distinct words";
  for (size_t i = 0; i < shown; i++) std::cout << '\n' << words[i].first << ": " << words[i].second;
  return 0;
}
