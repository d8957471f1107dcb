// What a phone remembers of pages (paging.hpp); a value of its Desk.
#pragma once
#include <bitset>
#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace offhook::phone::paging {

// Listen and paging addresses go by their numbers, from 1; 0 is none.
struct State {
  std::bitset<32> sounding;   // listen addresses at which somebody speaks
  std::bitset<32> dismissed;  // those that the person has left, until they fall silent
  int heard = 0;              // that is played
  int sent = 0;               // that we speak to
  TimePoint since;
  std::uint64_t leg = 0;  // of what is sent
  std::uint16_t port = 0;
  std::vector<int> held;  // calls that wait for the end of the page
};

}  // namespace offhook::phone::paging
