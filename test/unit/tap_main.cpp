// The main function of the unit tests: GoogleTest, printing TAP. A test's name is a sentence with underscores.
#include "tap_listener.hpp"

int main(int argc, char **argv)
{
    testing::InitGoogleTest(&argc, argv);
    testing::TestEventListeners &listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new pitstop::test::TapListener);  // GoogleTest owns it
    return RUN_ALL_TESTS();
}
