/** Where the session of a real server is kept between the sign-in and the tests. */
export const SESSION_FILE = "test-results/session.json";
