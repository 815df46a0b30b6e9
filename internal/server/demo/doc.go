// Package demo fills a data folder with simulated dossiers, so that the system
// can be tried with a province at work.
//
// The simulation does what people do, through the same rooms: it registers
// accounts, fills in forms, uploads pictures, accepts, asks, signs and hands
// over, in the order of time, by a clock that it moves through the last working
// weeks. A fixed seed gives the same dossiers. Everything it makes is marked as
// simulated, and every page then says so.
//
// It owns no table. It never touches a folder that holds real dossiers.
package demo
