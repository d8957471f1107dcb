# How CTest shares the cores among tests. A test that computes needs a core of its own. One that talks with processes
# mostly waits for their clocks, and several of those fit on a core; so a core counts as four slots, each test says how
# many it takes (PROCESSORS), and `ctest -j` is given four times the cores (`make test` does). Those that wait start first.
set(OFFHOOK_SLOTS_OF_A_CORE 4)
