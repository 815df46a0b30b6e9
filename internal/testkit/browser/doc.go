// Package browser drives Debian's Chromium as a person would, for journeys:
// text is found by what is visible, fields by their label, and clicks and
// letters arrive through the browser's input, so a journey works the same with
// JavaScript on and off.
//
// Every verb waits up to twenty seconds for what it needs and then fails the test
// with the address, what the page says and the file of a screenshot. After a
// click it waits until the page that follows is loaded. In a test with
// JavaScript an uncaught exception, or something that the Content-Security-
// Policy refused, fails the test at its end.
//
// Only tests import it. Screenshots that a journey asks for go to the folder
// BENSO_SCREENSHOTS and are not taken without it. Without Chromium a test
// fails and says what to install; it never skips.
package browser
